"""`/v1/placement-contracts`: with which employers abroad."""

from services.consular.cases.placement_contract import CONTRACTS
from shared.records.routes import record_routes

router = record_routes(CONTRACTS, "placement agencies")
