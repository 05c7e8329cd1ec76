"""The kandas register: ethnic repatriates. Wiring only."""

from fastapi import FastAPI

from services.kandas.api import (
    adaptation_course,
    centre,
    centre_stay,
    certificate,
    compatriot_register,
    cultural_centre,
    employment_request,
    expiry_run,
    kandas_application,
    kandas_status,
    leaving_finding,
    my_records,
    notable_kazakh,
    quota_inclusion,
    regional_quota,
    resettler,
    status_extension,
    support_grant,
    support_payback,
)
from services.kandas.background import BACKGROUND
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    kandas_application.router,
    kandas_status.router,
    expiry_run.router,
    status_extension.router,
    certificate.router,
    regional_quota.router,
    quota_inclusion.router,
    support_payback.router,
    support_grant.router,
    notable_kazakh.router,
    cultural_centre.router,
    compatriot_register.router,
    employment_request.router,
    resettler.router,
    centre.router,
    centre_stay.router,
    leaving_finding.router,
    leaving_finding.own_router,
    leaving_finding.run_router,
    adaptation_course.router,
    status_extension.standing_router,
    my_records.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("kandas", "Kosh kandas: ethnic repatriates", settings, ROUTERS, background=BACKGROUND)
