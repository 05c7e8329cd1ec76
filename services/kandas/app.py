"""The kandas register: ethnic repatriates. Wiring only."""

from fastapi import FastAPI

from services.kandas.api import expiry_run, kandas_application, kandas_status
from services.kandas.cases.kandas_status import expire_daily
from shared.service import Background, make_register
from shared.settings import ServiceSettings
from shared.timer import A_DAY, Job

ROUTERS = (kandas_application.router, kandas_status.router, expiry_run.router)
BACKGROUND = Background(jobs=(Job("expiry-run", A_DAY, expire_daily),))


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("kandas", "Kosh kandas: ethnic repatriates", settings, ROUTERS, background=BACKGROUND)
