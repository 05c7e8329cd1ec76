"""Temporary and permanent residence permits from the interior ministry's feed (P7)."""

from services.portal.store.tables import residence_permit
from shared import clock
from shared.events.police import ResidencePermit
from shared.identity.scope import belongs_to
from shared.records.people import person_values
from shared.records.record_type import RecordType

RESIDENCE_PERMITS = RecordType(
    fact=ResidencePermit,
    table=residence_permit,
    path="residence-permits",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=belongs_to(region="region"),
    time=lambda fact: clock.start_of(fact.granted_on),
    day="granted_on",
    columns=lambda fact: person_values(fact.person),
)
