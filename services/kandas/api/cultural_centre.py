"""`/v1/cultural-centres`: cultural centres abroad, one or many, corrections, withdrawals, history."""

from services.kandas.cases.cultural_centre import CULTURAL_CENTRES
from shared.records.routes import record_routes

router = record_routes(CULTURAL_CENTRES, "cultural centres abroad")
