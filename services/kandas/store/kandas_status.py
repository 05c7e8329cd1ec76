"""Statuses by family, by person, and by the day on which they run out."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import kandas_extension
from services.kandas.store.tables import kandas_status as table
from shared.db import records
from shared.db.records import Record


async def of_application(connection: AsyncConnection, application: str, *, lock: bool = False) -> list[Record]:
    """The records of a family's members, withdrawn ones too, by their source id."""
    query = select(table.c.id).where(table.c.application == application).order_by(table.c.source_id)
    ids = (await connection.scalars(query.with_for_update() if lock else query)).all()
    return [await records.load(connection, table, id) for id in ids]


async def lock_persons(connection: AsyncConnection, application: str) -> None:
    """Lets no other transaction ask the same about the family's persons until this one ends: of two decisions on one
    person, the second sees what the first granted. Keys are taken in order, so that families cannot block each other
    for good."""
    rows = await connection.execute(select(table.c.iin, table.c.document).where(table.c.application == application))
    for key in sorted({key for row in rows for key in row if key}):
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def holds_another(connection: AsyncConnection, id: UUID) -> bool:
    """Whether the person of record `id`, known by IIN or document, holds a status in force under another record."""
    own = table.alias()
    same_person = or_(table.c.iin == own.c.iin, table.c.document == own.c.document)
    query = select(table.c.id).join(own, same_person).where(own.c.id == id, table.c.id != id)
    in_force = query.where(table.c.state == "granted", ~table.c.withdrawn)
    return await connection.scalar(in_force.limit(1)) is not None


async def past_validity(connection: AsyncConnection, day: date, limit: int) -> Sequence[UUID]:
    """Up to `limit` statuses in force whose last day lies before `day`, locked; those that another run holds are left
    to it, and those whose extension waits for its decision."""
    waits = exists().where(kandas_extension.c.status == table.c.id, kandas_extension.c.state == "submitted")
    query = (
        select(table.c.id)
        .where(table.c.state == "granted", table.c.valid_until < day, ~table.c.withdrawn, ~waits)
        .order_by(table.c.valid_until, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await connection.scalars(query)).all()
