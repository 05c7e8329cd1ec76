"""What the portal does without being asked: copies of work permits, overstays, bans of expulsions stored before
there were such, signatures that had to wait, and seals of the access log."""

import logging
from datetime import timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.police import expulsion
from services.portal.cases.stays import overstay_run, signature_review
from services.portal.cases.stays import signed_notice as signed_notices
from services.portal.cases.stays.work_permit import COPIES
from services.portal.settings import SignatureSettings
from services.portal.signatures.port import SignatureVerifier
from services.portal.signatures.setup import make_verifier
from shared.audit import anchors
from shared.background import Background
from shared.client import HttpClient
from shared.timer import A_DAY, Job

log = logging.getLogger(__name__)


def verifier_of_settings() -> tuple[httpx.AsyncClient, SignatureVerifier]:
    """The verifier of signatures, and the client by which it asks others: whoever takes it closes that."""
    settings = SignatureSettings()
    client = HttpClient(timeout=settings.patience)
    return client, make_verifier(client, **settings.model_dump(exclude={"patience"}))


async def _judge_pending(engine: AsyncEngine) -> None:
    client, verifier = verifier_of_settings()
    async with client:
        await signed_notices.judge_pending(engine, verifier, PORTAL)


async def _review(engine: AsyncEngine) -> None:
    client, verifier = verifier_of_settings()
    async with client:
        found = await signature_review.review(engine, verifier, PORTAL)
    log.info("signature review, done: %s", found)


BACKGROUND = Background(
    copies=COPIES,
    jobs=(
        Job("overstay-run", A_DAY, overstay_run.job),
        Job("overstay-orders", timedelta(seconds=15), overstay_run.do_ordered),
        Job("expulsion-bans", A_DAY, expulsion.bar_expelled),
        Job("signature-checks", timedelta(minutes=15), _judge_pending),
        Job("signature-review", None, _review),
        *anchors.jobs("portal"),
    ),
)
