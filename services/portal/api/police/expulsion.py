"""`/v1/expulsions`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.police.expulsion import EXPULSIONS
from shared.records.routes import record_routes

router = record_routes(EXPULSIONS, "expulsions")
