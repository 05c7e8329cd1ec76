"""Citizenship acquired and lost, from the interior ministry's feed (P7)."""

from services.portal.store.tables import citizenship_change
from shared import clock
from shared.events.police import CitizenshipChange
from shared.identity.scope import whole_country
from shared.records.people import person_values
from shared.records.record_type import RecordType

CITIZENSHIP_CHANGES = RecordType(
    fact=CitizenshipChange,
    table=citizenship_change,
    path="citizenship-changes",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=whole_country(
        "citizenship is the whole country's; the act names no region (law on citizenship of 20.12.1991)"
    ),
    time=lambda fact: clock.start_of(fact.date),
    day="date",
    columns=lambda fact: person_values(fact.person),
)
