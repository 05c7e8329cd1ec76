"""The portal: border, visa and stay data. Wiring only."""

from fastapi import FastAPI

from services.portal.api import (
    border_crossing,
    citizenship_change,
    expulsion,
    feed_coverage,
    protection_status,
    residence_permit,
    residence_registration,
    violation,
)
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    border_crossing.router,
    feed_coverage.router,
    residence_registration.router,
    residence_permit.router,
    protection_status.listing,
    protection_status.router,
    citizenship_change.router,
    violation.router,
    expulsion.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("portal", "Kosh portal: border, visa and stay data", settings, ROUTERS)
