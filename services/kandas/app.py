"""The kandas register: ethnic repatriates. Wiring only."""

from fastapi import FastAPI

from services.kandas.api import certificate, expiry_run, kandas_application, kandas_status, status_extension
from services.kandas.background import BACKGROUND
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    kandas_application.router,
    kandas_status.router,
    expiry_run.router,
    status_extension.router,
    certificate.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("kandas", "Kosh kandas: ethnic repatriates", settings, ROUTERS, background=BACKGROUND)
