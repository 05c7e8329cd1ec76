"""The permits register: foreign labour. Wiring only."""

from fastapi import FastAPI

from services.permits.api import (
    biometric_registration,
    business_immigrant,
    eaeu_worker,
    employer,
    exempt_worker,
    labour_immigrant,
    lapse_run,
    quota,
    work_permit,
    work_permit_application,
)
from services.permits.background import BACKGROUND
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    employer.router,
    quota.router,
    work_permit_application.router,
    work_permit.router,
    lapse_run.router,
    eaeu_worker.router,
    exempt_worker.router,
    business_immigrant.router,
    biometric_registration.router,
    labour_immigrant.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("permits", "Kosh permits: foreign labour", settings, ROUTERS, background=BACKGROUND)
