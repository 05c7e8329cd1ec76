"""How far the figures are: what every source holds, what was seen of it, and whether nothing is missing."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.reconciliation.reading import FEED_PART, Horizon
from services.accounting.rules.figures.dimensions import day_of
from services.accounting.store.reconciliation import status as store
from shared.events.epochs import Stand, went_back
from shared.inbox.source import Newest, SourceFailed

State = Literal["reading", "unreachable", "stopped"]


class SourceStatus(BaseModel):
    """One source, and how far it was read."""

    source: str
    state: State
    detail: str | None = Field(description="why it is not read, if so")
    settled: bool
    newest: datetime | None = Field(description="when the newest event seen happened")
    counted_through: int | None = Field(
        description="every event up to this position of the source is in the figures, but for what is rejected; null "
        "where the transport (Kafka, whose partitions are read side by side) tells it only when all is settled"
    )
    seen: int | None = Field(description="events read")
    counted: int | None = Field(description="events that are in the figures")
    repeated: int | None = Field(description="events that changed nothing: the same or a newer version was there")
    rejected: int | None = Field(description="events set aside until they are mended and sent again")
    skipped: int | None = Field(description="events set aside that an operator said are not wanted")
    pending: int | None = Field(
        description="events that the source holds and we have not seen, at most; null: no answer"
    )


class AccountingStatus(BaseModel):
    """How far the figures are."""

    settled: bool = Field(
        description="the figures include everything that the sources hold now, but for what is rejected"
    )
    register_start: date | None = Field(description="first day that the border feed covers")
    obs_end: date | None = Field(description="first day that it does not cover")
    sources: list[SourceStatus]
    without_likeness: int | None = Field(
        description="claims in effect that were stored before names were matched: they are joined by numbers alone "
        "until their register is adopted and the figures are rebuilt"
    )


async def status(engine: AsyncEngine, horizons: Iterable[Horizon]) -> AccountingStatus:
    """Asks the sources where they end, and only then the database how far the figures are."""
    asked = list(horizons)
    ends = await asyncio.gather(*map(_newest, asked))
    async with engine.connect() as connection:
        states = await store.states(connection)
        coverage = await store.counted(connection)
        alone = await store.claims_without_likeness(connection)
        read = {transport: await store.positions(connection, transport) for transport in {h.transport for h in asked}}
    sources = [
        _status(h.name, h.transport, states.get(h.name, store.UNSEEN), read[h.transport].get(h.name, {}), newest)
        for h, newest in zip(asked, ends, strict=True)
    ]
    start, end = (day_of(coverage.register_start), day_of(coverage.obs_end)) if coverage else (None, None)
    settled = all(source.settled for source in sources)
    return AccountingStatus(settled=settled, register_start=start, obs_end=end, sources=sources, without_likeness=alone)


def for_everybody(status: AccountingStatus) -> AccountingStatus:
    """Without anything that tells how many events there are or when they happened: counts of few are personal."""
    hidden = dict.fromkeys(
        ("detail", "newest", "counted_through", "seen", "counted", "repeated", "rejected", "skipped", "pending")
    )
    sources = [each.model_copy(update=hidden) for each in status.sources]
    return status.model_copy(update={"sources": sources, "without_likeness": None})


async def progress(engine: AsyncEngine) -> dict[str, dict[str, float]]:
    """`position`, `parked`, `stopped` and `went_back` (0 or 1) of every source that was ever read; the sources are not
    asked."""
    async with engine.connect() as connection:
        states = await store.states(connection)
    return {
        "position": {name: state.position for name, state in states.items()},
        "parked": {name: state.parked for name, state in states.items()},
        "stopped": {name: state.stopped is not None for name, state in states.items()},
        "went_back": {name: state.went_back for name, state in states.items()},
    }


async def _newest(horizon: Horizon) -> Newest | SourceFailed:
    try:
        return await horizon.newest()
    except SourceFailed as failure:
        return failure


def _status(
    source: str, transport: str, seen: store.State, read: Mapping[int, int], newest: Newest | SourceFailed
) -> SourceStatus:
    failure = str(newest) if isinstance(newest, SourceFailed) else None
    back = None if isinstance(newest, SourceFailed) else _went_back(seen, newest)
    settled = not isinstance(newest, SourceFailed) and newest.is_reached(read) and not back and not seen.went_back
    pending = None if isinstance(newest, SourceFailed) else 0 if settled else max(newest.position - seen.position, 1)
    return SourceStatus(
        source=source,
        state="stopped" if seen.stopped or back else "unreachable" if failure else "reading",
        detail=seen.stopped or back or failure,
        settled=settled,
        newest=seen.newest,
        counted_through=_counted_through(transport, seen, read, newest, settled),
        seen=seen.seen,
        counted=seen.seen - seen.repeated - seen.parked - seen.skipped,
        repeated=seen.repeated,
        rejected=seen.parked,
        skipped=seen.skipped,
        pending=pending,
    )


def _went_back(seen: store.State, newest: Newest) -> str | None:
    """Why the register does not hold what was read of it, if so: before the intake notices, or while it is down. By its
    epochs alone: what was read since it was asked may be newer than its answer."""
    return went_back(Stand(seen.epoch, seen.position), newest.epochs, max(newest.position, seen.position))


def _counted_through(
    transport: str, seen: store.State, read: Mapping[int, int], newest: Newest | SourceFailed, settled: bool
) -> int | None:
    """The watermark: a feed is read in the order of its positions, which are stored with the effect. What an event in a
    topic says of its own is believed only up to where the register ends."""
    if transport == "feed":
        return read.get(FEED_PART, 0)
    return min(seen.position, newest.position) if settled and isinstance(newest, Newest) else None
