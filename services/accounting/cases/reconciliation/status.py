"""How far the figures are: what every source holds, what was seen of it, and whether nothing is missing."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

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


@dataclass(frozen=True)
class SourceStatus:
    """One source. `pending` events are held by it and not seen yet (None: it does not answer); of those seen, `counted`
    are in the figures, `repeated` changed nothing, `rejected` are set aside until they are mended and sent again."""

    source: str
    state: State
    detail: str | None
    newest: datetime | None
    seen: int
    counted: int
    repeated: int
    rejected: int
    pending: int | None
    settled: bool


@dataclass(frozen=True)
class Status:
    """`settled`: the figures include everything that the sources held when they were asked, but for what is rejected.
    `obs_end` is the first day that the figures do not cover."""

    settled: bool
    register_start: date | None
    obs_end: date | None
    sources: list[SourceStatus]


async def status(engine: AsyncEngine, horizons: Iterable[Horizon]) -> Status:
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
    return Status(all(source.settled for source in sources), start, end, sources)


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
    pending = None if isinstance(newest, SourceFailed) else max(newest.position - seen.position, 0)
    ends = {} if isinstance(newest, SourceFailed) else newest.ends
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
        settled=pending == 0 and all(read.get(part, 0) >= end for part, end in ends.items()),
    )
