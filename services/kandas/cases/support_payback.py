"""What who leaves the region of settlement owes back of the support (K6): a finding for an officer, with its rule."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.rules import support_payback as rule
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import support_grant as store
from services.kandas.store.tables import quota_inclusion
from shared import clock
from shared.db import records
from shared.events.kandas import QuotaInclusion
from shared.events.wire import Date
from shared.identity.callers import Caller
from shared.kernel.decisions import Check, CheckOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake


class GrantAfterEnd(Answer):
    """A grant of a day on which the person was no settler of the region any more: an end that was entered later lies
    before it."""

    id: UUID
    granted_on: date
    amount: int = Field(description="tenge")


class SupportPayback(Answer):
    """Whether the whole support is owed back, by the rule of the day of leaving, and how much that is. Nothing follows
    from it by itself."""

    owed: bool
    received: int = Field(description="tenge: the support granted by this inclusion that was not withdrawn")
    amount_owed: int = Field(description="tenge")
    left_on: Date | None
    check: Check | None = Field(description="null where no rule of that day speaks of it")
    granted_after_end: list[GrantAfterEnd] = Field(
        [],
        description="for an officer to look at: whatever the end of the inclusion was, and part of what was received",
    )


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> SupportPayback:
    """As of today; the reading is logged. Raises NotFound, also out of the caller's reach."""
    async with unit_of_work(engine) as unit:
        inclusion = await _seen(unit, id, caller)
        return await finding(unit.connection, id, inclusion)


async def finding(connection: AsyncConnection, id: UUID, inclusion: QuotaInclusion) -> SupportPayback:
    """What is owed back of the support by the inclusion with that id, as of today."""
    received = await store.amount_of(connection, id)
    ended_on = inclusion.ended_on
    later = [] if ended_on is None else await store.granted_since(connection, id, ended_on)
    left_on = inclusion.ended_on if inclusion.end_reason == "left_region" else None
    check = rule.check(inclusion.included_on, left_on, rulebook().on(left_on or clock.today()))
    owed = check is not None and check.outcome is CheckOutcome.FAILED
    return SupportPayback(
        owed=owed,
        received=received,
        amount_owed=received if owed else 0,
        left_on=left_on,
        check=check,
        granted_after_end=[GrantAfterEnd(id=e.id, granted_on=e.granted_on, amount=e.amount) for e in later],
    )


async def _seen(unit: UnitOfWork, id: UUID, caller: Caller) -> QuotaInclusion:
    record = await records.load(unit.connection, quota_inclusion, id)
    fact = intake.visible_fact(INCLUSIONS, record, caller)
    await intake.log(unit, INCLUSIONS, record, fact, caller, "read", "support owed back")
    return fact
