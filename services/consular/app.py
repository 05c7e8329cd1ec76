"""The consular register: citizens abroad. Wiring only."""

from fastapi import FastAPI

from services.consular.api import (
    assistance_case,
    consular_registration,
    host_country_figure,
    my_records,
    own_registration,
    placement_agency,
    placement_complaint,
    placement_contract,
    register_total,
    remittance,
    statistics_request,
    study,
    totals,
)
from services.consular.background import BACKGROUND
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    consular_registration.router,
    own_registration.router,
    host_country_figure.router,
    statistics_request.router,
    totals.router,
    register_total.router,
    remittance.router,
    assistance_case.router,
    placement_agency.router,
    placement_contract.router,
    placement_complaint.router,
    study.router,
    my_records.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("consular", "Kosh consular: citizens abroad", settings, ROUTERS, background=BACKGROUND)
