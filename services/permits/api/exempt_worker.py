"""`/v1/exempt-workers`: foreigners who need no permit, declared by ground."""

from services.permits.cases.exempt_worker import EXEMPT_WORKERS
from shared.records.routes import record_routes

router = record_routes(EXEMPT_WORKERS, "exempt workers")
