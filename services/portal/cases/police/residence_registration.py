"""Residence registration and de-registration from the interior ministry's feed (P7)."""

from datetime import datetime

from services.portal.store.tables import residence_registration
from shared import clock
from shared.events.portal import ResidenceRegistration
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(act: ResidenceRegistration) -> datetime:
    return clock.start_of(act.date)


REGISTRATIONS = RecordType(
    fact=ResidenceRegistration,
    table=residence_registration,
    path="residence-registrations",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=belongs_to(region="region"),
    time=_time,
    day="date",
)
