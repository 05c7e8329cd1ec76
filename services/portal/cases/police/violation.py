"""Violations of migration law, found by officers or by the portal's own runs (P7, P5)."""

from services.portal.store.tables import violation
from shared import clock
from shared.events.police import Violation
from shared.records.people import person_values
from shared.records.record_type import RecordType

VIOLATIONS = RecordType(
    fact=Violation,
    table=violation,
    path="violations",
    writers=("migration-police",),
    readers=("migration-police",),
    time=lambda fact: clock.start_of(fact.found_on),
    columns=lambda fact: {"violation": fact.violation, **person_values(fact.person)},
)
