"""Extensions that wait for their decision, most urgent first, and what a waiting one means for its status (K1)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules.kandas_status import has_expired
from services.kandas.store import status_extension as store
from services.kandas.store.status_extension import Waiting
from services.kandas.store.tables import kandas_status
from shared import clock
from shared.db import records
from shared.events.kandas import KandasStatus
from shared.events.wire import Region
from shared.identity.callers import Caller
from shared.identity.scope import within
from shared.outbox.unit_of_work import unit_of_work
from shared.records import intake


class ExtensionLine(Answer):
    """An extension in the work list, without its person."""

    id: UUID
    version: int
    status_id: UUID
    region: Region
    asked_on: date
    decide_by: date = Field(description="last day in time")
    days_left: int = Field(description="calendar days to it from today; below 0 where it is late")
    valid_until: date | None = Field(description="of the status as it is")
    until: date = Field(description="last day that is asked for")


class StatusStanding(Answer):
    """How a status stands today. It holds beyond its last day while an extension that was asked for in time waits; a
    refusal lets the next expiry run end it on the day after its last."""

    on: date
    in_force: bool
    valid_until: date | None
    past_last_day: bool
    extension_pending: bool
    decide_by: date | None = Field(description="of the extension that waits")


async def waiting(
    engine: AsyncEngine, region: str | None, after: tuple[date, UUID] | None, limit: int, caller: Caller
) -> Sequence[ExtensionLine]:
    """Up to `limit` of those that wait in regions that the caller reaches, or in `region` of them."""
    reached, today = within(caller, STATUSES.scope, store.places()), clock.today()
    async with engine.connect() as connection:
        found = await store.waiting(connection, reached, region, after, limit)
    return [_line(each, today) for each in found]


def _line(each: Waiting, today: date) -> ExtensionLine:
    return ExtensionLine(
        id=each.id,
        version=each.version,
        status_id=each.status,
        region=each.region,
        asked_on=each.asked_on,
        decide_by=each.decide_by,
        days_left=(each.decide_by - today).days,
        valid_until=each.valid_until,
        until=each.until,
    )


async def standing(engine: AsyncEngine, id: UUID, caller: Caller) -> StatusStanding:
    """Of one status; the reading is logged. Raises NotFound."""
    today = clock.today()
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, kandas_status, id)
        fact: KandasStatus = intake.visible_fact(STATUSES, record, caller)
        await intake.log(unit, STATUSES, record, fact, caller, "read", "standing")
        decide_by = await store.decision_due(unit.connection, id)
    past = fact.valid_until is not None and has_expired(fact.valid_until, today)
    granted = fact.state == "granted" and not record.withdrawn
    return StatusStanding(
        on=today,
        in_force=granted and (not past or decide_by is not None),
        valid_until=fact.valid_until,
        past_last_day=past,
        extension_pending=decide_by is not None,
        decide_by=decide_by,
    )
