"""`/v1/reconciliation`: whether what the registers hold is what was counted."""

from asyncio import Lock
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import date
from typing import Annotated

from fastapi import Query, Request
from pydantic import RootModel

from services.accounting.cases.reconciliation import reconcile as case
from services.accounting.cases.reconciliation.reading import Rooms
from shared.errors import Conflict
from shared.http.openapi import problem_answer
from shared.http.routes import Lines
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import whole_country

router = api_router(tags=["operations"])

NUMBERS = whole_country("days of registers, and records by their numbers: whom they are about is not shown")
RUNNING = "A reconciliation is running: read its lines, or ask again when it is done."


class ReconciliationLine(RootModel[case.Line]):
    """A day, a record, or a source: `line` says which."""


@router.get(
    "/v1/reconciliation",
    summary="Whether what the registers hold was counted, by source, fact and day, to the record",
    response_class=Lines,
    responses={200: {"model": ReconciliationLine}, 409: problem_answer(RUNNING)},
)
async def reconciliation(
    request: Request,
    caller: Annotated[Caller, requires("statistician", "operator", scope=NUMBERS)],
    source: Annotated[str | None, Query(max_length=64, description="only this register")] = None,
    fact: Annotated[str | None, Query(max_length=64, description="only this fact, such as `work_permit.v1`")] = None,
    first: Annotated[date | None, Query(alias="from", description="only events from this day on")] = None,
    last: Annotated[date | None, Query(alias="until", description="only events up to this day")] = None,
) -> Lines:
    """One line for each day of each fact; one for each version that is missing, doubled, altered, rejected, or here and
    not held; and one for each source when it is done. Days that agree are told by sums, the others were compared
    version by version. Asks the registers while it is read: minutes for tens of millions of events, one at a time."""
    state = request.app.state
    feeds = {feed.name: feed for feed in state.feeds if source in (None, feed.name)}
    pairs = [(each, feeds[each.name]) for each in state.sources if each.name in feeds]
    if state.reconciling.locked():
        raise Conflict(RUNNING)
    return Lines(
        _lines(
            case.reconcile(Rooms(state.engine, state.review), pairs, case.Wanted(fact, first, last)), state.reconciling
        )
    )


async def _lines(found: AsyncGenerator[case.Line], lock: Lock) -> AsyncIterator[bytes]:
    async with lock, aclosing(found) as lines:
        async for line in lines:
            yield line.model_dump_json().encode() + b"\n"
