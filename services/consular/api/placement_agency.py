"""`/v1/placement-agencies`: who places workers abroad."""

from services.consular.cases.placement_agency import AGENCIES
from shared.records.routes import record_routes

router = record_routes(AGENCIES, "placement agencies")
