"""`/v1/employer-inspections`: checks of employers, one or many, corrections, withdrawals, history."""

from services.permits.cases.employer_inspection import INSPECTIONS
from shared.records.routes import record_routes

router = record_routes(INSPECTIONS, "employer inspections")
