"""Expulsions decided by courts, from the interior ministry's feed (P7)."""

from services.portal.store.tables import expulsion
from shared import clock
from shared.events.police import Expulsion
from shared.identity.scope import whole_country
from shared.records.people import person_values
from shared.records.record_type import RecordType

EXPULSIONS = RecordType(
    fact=Expulsion,
    table=expulsion,
    path="expulsions",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=whole_country("a court expels from the whole country; register of decree 148"),
    time=lambda fact: clock.start_of(fact.decided_on),
    columns=lambda fact: person_values(fact.person),
)
