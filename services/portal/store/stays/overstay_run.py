"""Orders of overstay runs, and how far each is."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import overstay_run

# Who orders a day that is waiting already waits for the same run.
_ORDER = text("""
INSERT INTO overstay_run (id, day, ordered_at) VALUES (:id, :day, now())
ON CONFLICT (day) WHERE finished_at IS NULL DO UPDATE SET day = excluded.day RETURNING id
""")
_ADVANCE = text("""
UPDATE overstay_run SET examined = examined + :examined, recorded = recorded + :recorded,
    withdrawn = withdrawn + :withdrawn WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class OrderedRun:
    """A run of one day: how many persons it has examined, findings recorded and withdrawn; done when finished."""

    id: UUID
    day: date
    ordered_at: datetime
    finished_at: datetime | None
    examined: int
    recorded: int
    withdrawn: int


async def order(connection: AsyncConnection, id: UUID, day: date) -> UUID:
    """The run that will examine the day."""
    found: UUID = (await connection.execute(_ORDER, {"id": id, "day": day})).scalar_one()
    return found


async def begin(connection: AsyncConnection, id: UUID) -> None:
    """A run that was broken off examines everybody again; what it recorded and withdrew stands."""
    await connection.execute(update(overstay_run).where(overstay_run.c.id == id).values(examined=0))


async def advance(connection: AsyncConnection, id: UUID, examined: int, recorded: int, withdrawn: int) -> None:
    done = {"examined": examined, "recorded": recorded, "withdrawn": withdrawn}
    await connection.execute(_ADVANCE, {"id": id, **done})


async def finish(connection: AsyncConnection, id: UUID) -> None:
    await connection.execute(update(overstay_run).where(overstay_run.c.id == id).values(finished_at=text("now()")))


async def get(connection: AsyncConnection, id: UUID) -> OrderedRun | None:
    row = (await connection.execute(select(overstay_run).where(overstay_run.c.id == id))).one_or_none()
    return OrderedRun(**row._mapping) if row else None


async def waiting(connection: AsyncConnection) -> list[OrderedRun]:
    """Runs that are not finished, in the order of their orders."""
    query = select(overstay_run).where(overstay_run.c.finished_at.is_(None)).order_by(overstay_run.c.ordered_at)
    return [OrderedRun(**row._mapping) for row in await connection.execute(query)]
