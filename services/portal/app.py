"""The portal: border, visa and stay data. Wiring only."""

from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

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
from services.portal.api.stays import (
    host_duty,
    host_notification,
    self_registration,
    signed_notice,
    stay_control,
    stay_registration,
)
from services.portal.api.visas import invitation, visa
from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.stays import overstay_run
from services.portal.cases.stays import signed_notice as signed_notices
from services.portal.cases.stays.work_permit import COPIES
from services.portal.settings import SignatureSettings
from services.portal.signatures.port import SignatureVerifier
from services.portal.signatures.setup import make_verifier
from shared.service import Background, make_register
from shared.settings import ServiceSettings
from shared.timer import A_DAY, Job

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
    stay_control.runs,
    register_search.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    client, verifier = _verifier()
    title = "Kosh portal: border, visa and stay data"
    app = make_register("portal", title, settings, ROUTERS, closing=(client.aclose,), background=BACKGROUND)
    app.state.verifier = verifier
    return app


def _verifier() -> tuple[httpx.AsyncClient, SignatureVerifier]:
    settings = SignatureSettings()
    client = httpx.AsyncClient(timeout=settings.patience)
    return client, make_verifier(client, **settings.model_dump(exclude={"patience"}))


async def _judge_pending(engine: AsyncEngine) -> None:
    client, verifier = _verifier()
    async with client:
        await signed_notices.judge_pending(engine, verifier, PORTAL)


BACKGROUND = Background(
    copies=COPIES,
    jobs=(
        Job("overstay-run", A_DAY, overstay_run.job),
        Job("signature-checks", timedelta(minutes=15), _judge_pending),
    ),
)
