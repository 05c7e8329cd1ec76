"""The foreign ministry's total to the labour ministry: asked for by letter, answered by the register, kept ([000] 2).

The answer is a record: what was told is what stays, whatever the register holds later.
"""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.consular.rules.consular_registration import fresh_since
from services.consular.rules.rulebook import rulebook
from services.consular.store import consular_registration as registrations
from services.consular.store.tables import register_total
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, NotFound
from shared.events.consular import RegisterTotal
from shared.events.wire import SourceId, Text, WireModel
from shared.identity.callers import Caller
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import unit_of_work
from shared.records import intake
from shared.records.record_type import RecordType
from shared.records.state import RecordState, state_of

REGISTER_TOTALS = RecordType(
    fact=RegisterTotal,
    table=register_total,
    path="register-totals",
    writers=("statistician", "permits-officer"),
    readers=("statistician", "permits-officer", "consul"),
    scope=whole_country("the total of all missions together names nobody"),
    time=lambda total: clock.start_of(total.day),
    day="day",
)


class TotalRequest(WireModel):
    """The labour ministry asks for the total; `act` names its letter."""

    source_id: SourceId
    act: Text


async def request_total(
    engine: AsyncEngine, asked: TotalRequest, caller: Caller
) -> tuple[RecordState[RegisterTotal], bool]:
    """The total as it was told, and whether it was told now. Raises Conflict where the source_id stands for another
    letter."""
    async with unit_of_work(engine) as unit:
        if held := await _held(unit.connection, asked.source_id):
            if RegisterTotal.read(held.body).act != asked.act:
                raise Conflict("The same source_id holds other content; take a new one.")
            return state_of(REGISTER_TOTALS, held), False
        total = await _count(unit.connection, asked, clock.today())
        (taken,) = await intake.ingest(unit, REGISTER_TOTALS, [total], [caller])
        if taken.outcome == "conflict":  # asked at the same moment by another letter
            raise Conflict("The same source_id holds other content; take a new one.")
        return state_of(REGISTER_TOTALS, await records.load(unit.connection, register_total, taken.id)), True


async def _held(connection: AsyncConnection, source_id: str) -> Record | None:
    try:
        return await records.load_by_source(connection, register_total, source_id)
    except NotFound:
        return None


async def _count(connection: AsyncConnection, asked: TotalRequest, today: date) -> RegisterTotal:
    lines = await registrations.totals(connection, fresh_since(rulebook().on(today)))
    return RegisterTotal(
        source_id=asked.source_id,
        act=asked.act,
        day=today,
        registered=sum(line.current + line.stale for line in lines),
        working=sum(line.current + line.stale for line in lines if line.purpose == "work"),
        stale=sum(line.stale for line in lines),
    )
