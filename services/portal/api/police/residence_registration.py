"""`/v1/residence-registrations`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.police.residence_registration import REGISTRATIONS
from shared.records.routes import record_routes

router = record_routes(REGISTRATIONS, "residence registrations")
