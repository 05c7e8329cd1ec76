"""Refused signatures are kept as evidence, within bounds: nobody fills the register with what it refuses.

A host that has handed in too many waits, before anything is verified. A system hands in for many hosts, and what one of
its users does must hold up no other: it is answered with the reason as ever, and only so many are kept.
"""

from datetime import datetime, timedelta
from math import ceil

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.portal.cases.stays.notice import Notice
from services.portal.cases.stays.signed_notice_log import log_signed
from services.portal.store.stays import signed_notice as store
from services.portal.store.stays.signed_notice import SignedNotice
from shared import clock
from shared.errors import TooManyRequests
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work

WITHIN = timedelta(hours=1)
MOST = 20  # refused signatures of one host within that time, through one caller
MOST_OF_SYSTEM = 2_000  # of all hosts, through one system


async def expect_few(engine: AsyncEngine, caller: Caller) -> None:
    """Raises TooManyRequests for a host that has to wait."""
    if _is_system(caller):
        return
    async with engine.connect() as connection:
        count, first = await store.refusals(connection, caller.subject, clock.now() - WITHIN)
    if first is not None and count >= MOST:
        detail = (
            f"{count} signatures of yours were refused. Wait as Retry-After says, and sign with another certificate."
        )
        raise TooManyRequests(detail, name="too-many-refusals", retry_after=_seconds_until(first + WITHIN))


async def keep(engine: AsyncEngine, refused: SignedNotice, notice: Notice, caller: Caller) -> None:
    """Keeps it and logs whom it names, unless there are enough of the same caller and host."""
    async with unit_of_work(engine) as unit:
        await store.lock_refusals(unit.connection, refused.received_from)
        if await _has_room(unit.connection, refused, caller):
            await store.keep(unit.connection, refused)
            reason = f"signature refused: {orjson.loads(refused.verdict)['reason']}"
            await log_signed(unit.connection, caller, "create", refused.id, notice, reason)


async def _has_room(connection: AsyncConnection, refused: SignedNotice, caller: Caller) -> bool:
    since = clock.now() - WITHIN
    system = _is_system(caller)
    of_caller, _ = await store.refusals(connection, refused.received_from, since)
    if of_caller >= (MOST_OF_SYSTEM if system else MOST):
        return False
    if not system:
        return True
    of_host, _ = await store.refusals(connection, refused.received_from, since, refused.host)
    return of_host < MOST


def _is_system(caller: Caller) -> bool:
    return "notifier" in caller.roles


def _seconds_until(moment: datetime) -> int:
    return max(1, ceil((moment - clock.now()).total_seconds()))
