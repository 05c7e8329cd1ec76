"""`/v1/placement-complaints`: what was held against them."""

from services.consular.cases.placement_complaint import COMPLAINTS
from shared.records.routes import record_routes

router = record_routes(COMPLAINTS, "placement agencies")
