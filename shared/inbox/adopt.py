"""Reading a source anew from its first event: for whoever has read what the register does not hold any more, since it
was restored to an earlier moment (decision 0034)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.errors import Conflict
from shared.events.epochs import Stand, went_back
from shared.inbox import table
from shared.inbox.copies import Copy
from shared.inbox.follow import LIMIT, become_the_only_one, take_copies
from shared.inbox.source import Delivery, Source, SourceFailed
from shared.inbox.sources import make_sources
from shared.settings import ServiceSettings

PATIENCE = 15.0  # seconds until the follower of a source that was set back has let go of it
SOON = 2.0  # seconds for one that was stopped
NOT_HELD = 0  # the version of a copy whose record the register does not hold: any version of it is newer


async def read_whole(source: Source, limit: int) -> AsyncIterator[Delivery]:
    """All that the source holds by now, oldest first. Raises SourceFailed where it begins another epoch meanwhile."""
    newest = await source.newest()
    positions: dict[int, int] = {}
    while not newest.is_reached(positions):
        delivery = await source.read(positions, limit, 0)
        if delivery.epoch != newest.epoch:
            raise SourceFailed(f"{source.name}: it was set back while it was read: adopt it once more")
        positions |= delivery.positions
        yield delivery


async def adopt_all(
    engine: AsyncEngine,
    settings: ServiceSettings,
    consumer: str,
    copies: Sequence[Copy[Any]],
    tell: Callable[[str], None],
) -> None:
    """Reads every register anew of whose facts `consumer` keeps `copies`; each by its feed, which holds all."""
    feeds = settings.model_copy(update={"transport": "feed"})
    sources = make_sources(feeds, consumer, {copy.source for copy in copies}, [copy.fact.TYPE for copy in copies])
    try:
        for source in sources:
            lost = await adopt(engine, source, [copy for copy in copies if copy.source == source.name])
            done = "is followed: nothing to do" if lost is None else f"was read anew: {lost} that it lost are withdrawn"
            tell(f"{source.name}, of which {consumer} keeps copies, {done}")
    finally:
        for source in sources:
            await source.close()


async def adopt(engine: AsyncEngine, source: Source, copies: Sequence[Copy[Any]]) -> int | None:
    """Brings the copies of the source's facts to what it holds, in one transaction; its follower goes on from there.
    Returns how many were copied of records that it does not hold; None where a follower is at work, since nothing is
    amiss: without one, the source is read anew in any case.

    Raises Conflict where a follower holds on to a source that was set back, SourceFailed where that does not answer:
    nothing changes.
    """
    async with engine.connect() as connection:
        try:
            stand = await table.stand(connection, source.name)
            await connection.rollback()
            newest = await source.newest()
            back = went_back(stand, newest.epochs, newest.position)
            async with asyncio.timeout(PATIENCE if back else SOON):
                await become_the_only_one(connection, source.name)
            async with connection.begin():
                return await _read_anew(connection, source, copies)
        except TimeoutError:
            if back is None:
                return None
            raise Conflict(f"A follower holds on to {source.name}: stop it first.") from None
        finally:
            await connection.invalidate()  # back in the pool it would keep the lock


async def _read_anew(connection: AsyncConnection, source: Source, copies: Sequence[Copy[Any]]) -> int:
    by_type = {copy.fact.TYPE: copy for copy in copies}
    lost = -sum([await _not_held(connection, copy) for copy in copies])
    for copy in copies:
        await connection.execute(update(copy.table).values(version=NOT_HELD, withdrawn=True))
    await table.unpark_all(connection, source.name)
    stand = Stand(None, 0)
    async for delivery in read_whole(source, LIMIT):
        parked = await take_copies(connection, source.name, by_type, delivery.events, delivery.places)
        if parked:
            await table.park(connection, source.transport, source.name, parked)
        await table.advance(connection, source.transport, source.name, delivery.positions)
        stand = Stand(delivery.epoch, delivery.reached)
    await table.reach(connection, source.name, stand)
    return lost + sum([await _not_held(connection, copy) for copy in copies])


async def _not_held(connection: AsyncConnection, copy: Copy[Any]) -> int:
    """How many records are kept of which the register holds nothing."""
    query = select(func.count()).select_from(copy.table).where(copy.table.c.version == NOT_HELD)
    return await connection.scalar(query) or 0
