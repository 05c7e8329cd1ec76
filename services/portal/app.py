"""The portal: border, visa and stay data. Wiring only."""

import httpx
from fastapi import FastAPI

from services.portal.api import (
    border_alert,
    border_crossing,
    citizenship_change,
    entry_ban,
    expulsion,
    feed_coverage,
    host_duty,
    host_notification,
    invitation,
    lost_document,
    protection_status,
    register_search,
    residence_permit,
    residence_registration,
    self_registration,
    signed_notice,
    stay_control,
    stay_registration,
    violation,
    visa,
)
from services.portal.settings import SignatureSettings
from services.portal.signatures.setup import make_verifier
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
    protection_status.listing,
    protection_status.router,
    citizenship_change.router,
    violation.router,
    expulsion.router,
    signed_notice.router,
    signed_notice.checks,
    host_notification.router,
    host_notification.records,
    self_registration.router,
    entry_ban.router,
    lost_document.router,
    border_alert.listing,
    border_alert.router,
    stay_control.router,
    stay_control.runs,
    register_search.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    signatures = SignatureSettings()
    client = httpx.AsyncClient(timeout=signatures.patience)
    title = "Kosh portal: border, visa and stay data"
    app = make_register("portal", title, settings, ROUTERS, closing=(client.aclose,))
    app.state.verifier = make_verifier(client, **signatures.model_dump(exclude={"patience"}))
    return app
