"""Accepted signatures judged again, by command: after the rule, the verifier or the trusted authorities have changed.

What no longer holds is refused, and its notice withdrawn with the reason, in the record's own history and with its
event. What cannot be found out any more (a list of then is gone) stays as it was judged.
"""

import logging
from dataclasses import replace
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.stays.notice import Notice
from services.portal.cases.stays.signed_notice import judged_again, judged_reason, stored_notice
from services.portal.cases.stays.signed_notice_log import log_signed
from services.portal.signatures.port import SignatureVerifier
from services.portal.store.stays import signed_notice as store
from services.portal.store.stays.signed_notice import SignedNotice
from shared import clock
from shared.db import records
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake

BATCH = 100  # ids at a time: each notice is judged and settled by itself

log = logging.getLogger(__name__)


class ReviewRun(BaseModel):
    """How many accepted signatures a review judged, and to what end."""

    valid: int = 0
    withdrawn: int = 0
    unknown: int = Field(0, description="cannot be found out any more; stays as it was judged")
    unread: int = Field(0, description="the stored document cannot be read; stays as it was judged")


async def review(engine: AsyncEngine, verifier: SignatureVerifier, caller: Caller) -> ReviewRun:
    """Judges every accepted signature again, as of the moment when it came in. Stopped, it goes on where it was;
    ended, it begins anew."""
    async with engine.begin() as connection:
        begun_at = await store.begin_review(connection, clock.now())
    run, after = ReviewRun(), UUID(int=0)
    while True:
        async with engine.connect() as connection:
            ids = await store.unreviewed(connection, begun_at, after, BATCH)
        if not ids:
            break
        for id in ids:
            outcome = await _review(engine, verifier, id, caller)
            setattr(run, outcome, getattr(run, outcome) + 1)
        after = ids[-1]
        log.info("signature review: %s", run)
    async with engine.begin() as connection:
        await store.end_review(connection, begun_at, clock.now())
    return run


async def _review(engine: AsyncEngine, verifier: SignatureVerifier, id: UUID, caller: Caller) -> str:
    async with engine.connect() as connection:
        row = await store.load(connection, id)
    if (notice := stored_notice(row)) is None:
        return "unread"
    judged = await judged_again(verifier, row, notice)
    async with unit_of_work(engine) as unit:
        present = await store.load(unit.connection, id, lock=True)
        if present.outcome == "valid":
            await _settle(unit, present, judged, notice, caller)
    return {"valid": "valid", "refused": "withdrawn"}.get(judged.outcome, "unknown")


async def _settle(unit: UnitOfWork, before: SignedNotice, judged: SignedNotice, notice: Notice, caller: Caller) -> None:
    judged = replace(judged, notification=before.notification)
    if judged.outcome == "refused":
        told = orjson.loads(judged.verdict)
        verdict = orjson.dumps(told | {"former": orjson.loads(before.verdict)}).decode()
        await store.close_submission(unit.connection, replace(judged, verdict=verdict))
        await log_signed(unit.connection, caller, "change", before.id, notice, judged_reason(judged))
        await _withdraw(unit, before.notification, judged_reason(judged), caller)
    elif judged.outcome == "valid":
        await store.close_submission(unit.connection, judged)
    await store.mark_reviewed(unit.connection, before.id, clock.now())


async def _withdraw(unit: UnitOfWork, notification: UUID | None, reason: str, caller: Caller) -> None:
    if notification is None:
        return
    record = await records.load(unit.connection, NOTICES.table, notification, lock=True)
    if not record.withdrawn:
        fact = NOTICES.fact.read(record.body)
        await intake.revise_within(unit, NOTICES, record, fact, caller, reason, withdrawn=True)
