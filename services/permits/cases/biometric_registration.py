"""Fingerprint and photo registration: that it was done, when and where; never the biometrics themselves (L7)."""

from datetime import datetime

from services.permits.store.tables import biometric_registration
from shared import clock
from shared.events.permits import BiometricRegistration
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(registration: BiometricRegistration) -> datetime:
    return clock.start_of(registration.taken_on)


BIOMETRIC_REGISTRATIONS = RecordType(
    fact=BiometricRegistration,
    table=biometric_registration,
    path="biometric-registrations",
    writers=("permits-officer", "migration-police"),
    readers=("permits-officer", "migration-police"),
    scope=belongs_to(region="region"),
    time=_time,
    day="taken_on",
)
