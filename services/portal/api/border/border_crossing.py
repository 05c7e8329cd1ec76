"""`/v1/border-crossings`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.border.border_crossing import CROSSINGS
from shared.records.routes import record_routes

router = record_routes(CROSSINGS, "border crossings")
