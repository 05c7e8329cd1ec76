"""How far the figures are: what every source holds, what was seen of it, and whether nothing is missing."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.rules.figures.dimensions import day_of
from services.accounting.store.reconciliation import status as store
from shared.inbox.source import Newest, SourceFailed


class Horizon(Protocol):
    """Tells where a source ends."""

    name: str
    transport: str

    async def newest(self) -> Newest:
        """Raises SourceFailed."""
        ...


State = Literal["reading", "unreachable", "stopped"]


class SourceStatus(BaseModel):
    """One source, and how far it was read."""

    source: str
    state: State
    detail: str | None = Field(description="why it is not read, if so")
    newest: datetime | None = Field(description="when the newest event seen happened")
    seen: int = Field(description="events read")
    counted: int = Field(description="events that are in the figures")
    repeated: int = Field(description="events that changed nothing: the same or a newer version was there")
    rejected: int = Field(description="events set aside until they are mended and sent again")
    pending: int | None = Field(
        description="events that the source holds and we have not seen, at most; null: no answer"
    )
    settled: bool


class AccountingStatus(BaseModel):
    """How far the figures are."""

    settled: bool = Field(
        description="the figures include everything that the sources hold now, but for what is rejected"
    )
    register_start: date | None = Field(description="first day that the border feed covers")
    obs_end: date | None = Field(description="first day that it does not cover")
    sources: list[SourceStatus]


async def status(engine: AsyncEngine, horizons: Iterable[Horizon]) -> AccountingStatus:
    """Asks the sources where they end, and only then the database how far the figures are."""
    asked = list(horizons)
    ends = await asyncio.gather(*map(_newest, asked))
    async with engine.connect() as connection:
        states = await store.states(connection)
        coverage = await store.counted(connection)
        read = {transport: await store.positions(connection, transport) for transport in {h.transport for h in asked}}
    sources = [
        _status(h.name, states.get(h.name, store.UNSEEN), read[h.transport].get(h.name, {}), newest)
        for h, newest in zip(asked, ends, strict=True)
    ]
    start, end = (day_of(coverage.register_start), day_of(coverage.obs_end)) if coverage else (None, None)
    settled = all(source.settled for source in sources)
    return AccountingStatus(settled=settled, register_start=start, obs_end=end, sources=sources)


async def progress(engine: AsyncEngine) -> dict[str, dict[str, float]]:
    """`position`, `parked` and `stopped` (0 or 1) of every source that was ever read; the sources are not asked."""
    async with engine.connect() as connection:
        states = await store.states(connection)
    return {
        "position": {name: state.position for name, state in states.items()},
        "parked": {name: state.parked for name, state in states.items()},
        "stopped": {name: state.stopped is not None for name, state in states.items()},
    }


async def _newest(horizon: Horizon) -> Newest | SourceFailed:
    try:
        return await horizon.newest()
    except SourceFailed as failure:
        return failure


def _status(source: str, seen: store.State, read: Mapping[int, int], newest: Newest | SourceFailed) -> SourceStatus:
    failure = str(newest) if isinstance(newest, SourceFailed) else None
    settled = not isinstance(newest, SourceFailed) and newest.is_reached(read)
    pending = None if isinstance(newest, SourceFailed) else 0 if settled else max(newest.position - seen.position, 1)
    return SourceStatus(
        source=source,
        state="stopped" if seen.stopped else "unreachable" if failure else "reading",
        detail=seen.stopped or failure,
        newest=seen.newest,
        seen=seen.seen,
        counted=seen.seen - seen.repeated - seen.parked,
        repeated=seen.repeated,
        rejected=seen.parked,
        pending=pending,
        settled=settled,
    )
