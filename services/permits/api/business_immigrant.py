"""`/v1/business-immigrants`: recorded, corrected, withdrawn, searched."""

from services.permits.cases.business_immigrant import BUSINESS_IMMIGRANTS
from shared.records.routes import record_routes

router = record_routes(BUSINESS_IMMIGRANTS, "business immigrants")
