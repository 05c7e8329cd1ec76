"""The permits register: foreign labour. Wiring only."""

from fastapi import FastAPI

from services.permits.api import (
    eaeu_worker,
    employer,
    employer_inspection,
    insurance_export,
    labour_complaint,
    labour_risk,
    lapse_run,
    quota,
    work_permit,
    work_permit_application,
    worker_register,
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
    worker_register.router,
    employer_inspection.router,
    labour_complaint.router,
    labour_risk.router,
    insurance_export.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("permits", "Kosh permits: foreign labour", settings, ROUTERS, background=BACKGROUND)
