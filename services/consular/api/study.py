"""`/v1/studies`: single and bulk intake of the ministry of science, corrections, withdrawals, history."""

from services.consular.cases.study import STUDIES
from shared.records.routes import record_routes

router = record_routes(STUDIES, "studies")
