"""`/v1/biometric-registrations`: that fingerprints and photo were taken; a body with anything more is refused."""

from services.permits.cases.biometric_registration import BIOMETRIC_REGISTRATIONS
from shared.records.routes import record_routes

router = record_routes(BIOMETRIC_REGISTRATIONS, "biometric registrations")
