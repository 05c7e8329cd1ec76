"""The portal: border, visa and stay data. Wiring only."""

from fastapi import FastAPI

from services.portal.api import border_crossing, feed_coverage, residence_registration
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (border_crossing.router, residence_registration.router, feed_coverage.router)


def make_app(settings: ServiceSettings) -> FastAPI:
    return make_register("portal", "Kosh portal: border, visa and stay data", settings, ROUTERS)
