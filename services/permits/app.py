"""The permits register: foreign labour. Wiring only."""

from fastapi import FastAPI

from services.permits.api import eaeu_worker, employer, lapse_run, quota, work_permit, work_permit_application
from services.permits.cases.entry_ban import BANS
from services.permits.cases.work_permit_application import lapse_daily
from shared.service import Background, make_register
from shared.settings import ServiceSettings
from shared.timer import A_DAY, Job

ROUTERS = (
    employer.router,
    quota.router,
    work_permit_application.router,
    work_permit.router,
    lapse_run.router,
    eaeu_worker.router,
)

BACKGROUND = Background(copies=(BANS,), jobs=(Job("lapse-run", A_DAY, lapse_daily),))


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("permits", "Kosh permits: foreign labour", settings, ROUTERS, background=BACKGROUND)
