"""`/v1/residence-permits`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.police.residence_permit import RESIDENCE_PERMITS
from shared.records.routes import record_routes

router = record_routes(RESIDENCE_PERMITS, "residence permits")
