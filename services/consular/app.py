"""The consular register: citizens abroad. Wiring only."""

from fastapi import FastAPI

from services.consular.api import consular_registration, host_country_figure, own_registration, totals
from services.consular.background import BACKGROUND
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    consular_registration.router,
    own_registration.router,
    host_country_figure.router,
    totals.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("consular", "Kosh consular: citizens abroad", settings, ROUTERS, background=BACKGROUND)
