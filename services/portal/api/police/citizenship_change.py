"""`/v1/citizenship-changes`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.police.citizenship_change import CITIZENSHIP_CHANGES
from shared.records.routes import record_routes

router = record_routes(CITIZENSHIP_CHANGES, "citizenship changes")
