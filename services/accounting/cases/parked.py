"""Events that were set aside: what operators see of them, and how they are taken up again."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.store import parked as store
from services.accounting.store import sources
from services.accounting.store.parked import ParkedEvent
from shared.db.driver import driver


async def parked(engine: AsyncEngine, source: str | None, after: int, limit: int) -> list[ParkedEvent]:
    """Those of one source or of all, oldest first, after the one with the id `after`."""
    async with engine.connect() as connection:
        return await store.parked(connection, source, after, limit)


async def resend(engine: AsyncEngine, source: str | None) -> int:
    """Has the intake take up the parked events of one source, or of all, and read on where it was stopped.

    Returns how many were marked; the intake does it within seconds.
    """
    async with engine.connect() as connection:
        direct = await driver(connection)
        async with direct.transaction():
            return await sources.resend(direct, source)
