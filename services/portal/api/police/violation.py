"""`/v1/violations`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.police.violation import VIOLATIONS
from shared.records.routes import record_routes

router = record_routes(VIOLATIONS, "violations")
