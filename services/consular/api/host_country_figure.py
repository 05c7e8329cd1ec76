"""`/v1/host-country-figures`: single and bulk intake, corrections, withdrawals, history."""

from services.consular.cases.host_country_figure import FIGURES
from shared.records.routes import record_routes

router = record_routes(FIGURES, "host-country figures")
