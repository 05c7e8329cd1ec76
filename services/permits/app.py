"""The permits register: foreign labour. Wiring only."""

from fastapi import FastAPI

from services.permits.api import (
    biometric_registration,
    business_immigrant,
    eaeu_worker,
    employer,
    employer_inspection,
    exempt_worker,
    insurance_export,
    labour_complaint,
    labour_immigrant,
    labour_market,
    labour_risk,
    lapse_run,
    my_records,
    quota,
    self_employment,
    work_permit,
    work_permit_application,
    work_permit_extension,
    worker_register,
)
from services.permits.background import BACKGROUND
from services.permits.labour_market.setup import make_labour_market
from services.permits.settings import LabourMarketSettings
from shared.client import HttpClient
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
    labour_market.router,
    exempt_worker.router,
    business_immigrant.router,
    biometric_registration.router,
    labour_immigrant.router,
    work_permit_extension.router,
    self_employment.router,
    my_records.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    market_settings = LabourMarketSettings()
    client = HttpClient(timeout=market_settings.patience)
    title = "Kosh permits: foreign labour"
    app = make_register("permits", title, settings, ROUTERS, closing=(client.aclose,), background=BACKGROUND)
    app.state.labour_market = make_labour_market(client, **market_settings.model_dump(exclude={"patience"}))
    return app
