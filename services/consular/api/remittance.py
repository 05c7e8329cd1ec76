"""`/v1/remittances`: single and bulk intake, corrections, withdrawals, history."""

from services.consular.cases.remittance import REMITTANCES
from shared.records.routes import record_routes

router = record_routes(REMITTANCES, "remittances")
