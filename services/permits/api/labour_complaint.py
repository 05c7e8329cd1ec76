"""`/v1/labour-complaints`: complaints about employers, one or many, corrections, withdrawals, history."""

from services.permits.cases.labour_complaint import COMPLAINTS
from shared.records.routes import record_routes

router = record_routes(COMPLAINTS, "labour complaints")
