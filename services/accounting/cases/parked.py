"""Events that were set aside: what operators see of them, and how they are taken up again."""

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.store import parked as store
from services.accounting.store import sources
from shared.db.driver import driver
from shared.http.paging import after, cursor_at, page

LARGEST = 2**63 - 1


class ParkedEvent(BaseModel):
    """An event that could not be understood: never its content."""

    id: int
    source: str
    type: str | None = Field(description="null where not even that could be read")
    reason: str
    parked_at: datetime
    resend: bool = Field(description="it waits to be taken up again")


class ParkedEvents(BaseModel):
    """A page of parked events; `next` is the cursor of the page after it."""

    items: list[ParkedEvent]
    next: str | None


class Resent(BaseModel):
    """How many parked events were marked to be taken up again."""

    resent: int


async def parked(engine: AsyncEngine, source: str | None, cursor: str | None, limit: int) -> ParkedEvents:
    """Those of one source or of all, oldest first."""
    (last,) = after(cursor, int) or (0,)
    async with engine.connect() as connection:
        rows, more = page(await store.parked(connection, source, min(last, LARGEST), limit + 1), limit)
    items = [ParkedEvent(**row._asdict()) for row in rows]
    return ParkedEvents(items=items, next=cursor_at(items[-1].id) if more else None)


async def resend(engine: AsyncEngine, source: str | None) -> Resent:
    """Has the intake take up the parked events of one source, or of all, and read on where it was stopped.

    Returns how many were marked; the intake does it within seconds.
    """
    async with engine.connect() as connection:
        direct = await driver(connection)
        async with direct.transaction():
            return Resent(resent=await sources.resend(direct, source))
