"""How far a source was read, at one moment of our side, as what its register tells allows to say."""

from typing import Final, NamedTuple, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.accounting.store.reconciliation import status as store
from shared.events.epochs import Stand, end_of, went_back
from shared.inbox.source import Newest

FEED_PART: Final = 0
"""The one part of a feed (shared.inbox.source.Positions)."""

ONE_MOMENT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


class Horizon(Protocol):
    """Tells where a source ends."""

    name: str
    transport: str

    async def newest(self) -> Newest:
        """Raises SourceFailed."""
        ...


class Rooms(NamedTuple):
    """Our databases' two roles: `open` knows how far the sources were read, `linkage` reads facts (decision 0029)."""

    open: AsyncEngine
    linkage: AsyncEngine


class SourceReading(NamedTuple):
    """Of positions of the register's outbox: nothing up to `through` may be missing, and events were seen up to `upto`.
    `back` says why the register does not hold what was read of it, if so."""

    through: int
    upto: int
    back: str | None


async def reading_of(connection: AsyncConnection, horizon: Horizon, newest: Newest) -> SourceReading:
    """After `newest` was asked, and before facts are read: those of what was read are there then. Over Kafka, whose
    partitions are read side by side, nothing is said to be missing until everything was read."""
    state = (await store.states(connection)).get(horizon.name, store.UNSEEN)
    read = (await store.positions(connection, horizon.transport)).get(horizon.name, {})
    stand, end = Stand(state.epoch, state.position), max(newest.position, state.position)
    back = went_back(stand, newest.epochs, end)
    feed = read.get(FEED_PART, 0) if horizon.transport == "feed" else 0
    through = feed or (newest.position if newest.is_reached(read) else 0)
    if back or state.went_back:
        through = min(through, end_of(newest.epochs, newest.position, state.epoch) or 0)
    return SourceReading(through, max(feed, state.position), back or (WENT_BACK if state.went_back else None))


WENT_BACK: Final = "the register was set back: adopt it"
