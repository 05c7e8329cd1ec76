"""`/v1/assistance-cases`: citizens in trouble, as their mission sees them."""

from services.consular.cases.assistance_case import ASSISTANCE
from shared.records.routes import record_routes

router = record_routes(ASSISTANCE, "assistance cases")
