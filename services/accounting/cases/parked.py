"""Events that were set aside: what operators see of them, taking them up again, and leaving them out for good."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.store import sources
from shared.db.driver import driver
from shared.inbox import parked as inbox
from shared.inbox.parked import ParkedEvents, Resent, Skipped

TABLE = "parked_event"


async def parked(engine: AsyncEngine, source: str | None, cursor: str | None, limit: int) -> ParkedEvents:
    """Those of one source or of all, oldest first."""
    async with engine.connect() as connection:
        return await inbox.listed(connection, TABLE, source, cursor, limit)


async def resend(engine: AsyncEngine, source: str | None, ids: Sequence[int] = ()) -> Resent:
    """Has the intake take up those events; without `ids` the parked ones of one source, or of all, that are not
    skipped, and read on where it was stopped.

    Returns how many were marked; the intake does it within seconds.
    """
    async with engine.begin() as connection:
        resent = Resent(resent=await inbox.resend(connection, TABLE, source, ids))
        if not ids:
            await sources.resume(await driver(connection), source)
        return resent


async def skip(engine: AsyncEngine, ids: Sequence[int]) -> Skipped:
    """Says of those events that they are not wanted."""
    async with engine.begin() as connection:
        return Skipped(skipped=await inbox.skip(connection, TABLE, ids))
