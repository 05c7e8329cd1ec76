"""The portal: border, visa and stay data. Wiring only."""

from fastapi import FastAPI

from services.portal.api import my_records
from services.portal.api.border import border_alert, border_crossing, entry_ban, feed_coverage, lost_document
from services.portal.api.police import (
    citizenship_change,
    expulsion,
    protection_status,
    register_search,
    residence_permit,
    residence_registration,
    violation,
)
from services.portal.api.signs import sign_of_life
from services.portal.api.stays import (
    host_duty,
    host_notification,
    self_registration,
    signed_notice,
    stay_control,
    stay_registration,
)
from services.portal.api.visas import invitation, visa
from services.portal.background import BACKGROUND, verifier_of_settings
from shared.service import make_register
from shared.settings import ServiceSettings

ROUTERS = (
    border_crossing.router,
    invitation.router,
    visa.router,
    stay_registration.router,
    host_duty.router,
    feed_coverage.router,
    residence_registration.router,
    residence_permit.router,
    protection_status.router,
    citizenship_change.router,
    violation.router,
    violation.own_router,
    expulsion.router,
    signed_notice.router,
    signed_notice.checks,
    host_notification.router,
    host_notification.records,
    self_registration.router,
    entry_ban.router,
    lost_document.router,
    border_alert.router,
    stay_control.router,
    stay_control.own_router,
    stay_control.runs,
    register_search.router,
    sign_of_life.router,
    my_records.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    client, verifier = verifier_of_settings()
    title = "Kosh portal: border, visa and stay data"
    app = make_register("portal", title, settings, ROUTERS, closing=(client.aclose,), background=BACKGROUND)
    app.state.verifier = verifier
    return app
