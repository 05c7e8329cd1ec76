"""`/v1/eaeu-workers`: single and bulk declarations, corrections, withdrawals, history."""

from services.permits.cases.eaeu_worker import EAEU_WORKERS
from shared.records.routes import record_routes

router = record_routes(EAEU_WORKERS, "EAEU workers")
