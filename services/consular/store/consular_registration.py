"""Registrations by citizen and by mission, and their totals."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consular.rules.consular_registration import FreshSince
from services.consular.store.tables import consular_registration as table
from shared.db import records
from shared.db.records import Record
from shared.identity.scope import Kind


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries in effect a mission holds for one country and purpose."""

    mission: str
    country: str
    purpose: str
    current: int
    stale: int


def places() -> dict[Kind, ColumnElement[Any]]:
    """The columns that say to what an entry belongs."""
    return {"mission": table.c.mission, "person": table.c.iin}


async def of_citizen(connection: AsyncConnection, iin: str) -> list[Record]:
    """What the register holds under an IIN, withdrawn entries left out, oldest first."""
    query = select(table.c.id).where(table.c.iin == iin, ~table.c.withdrawn).order_by(table.c.id)
    return [await records.load(connection, table, id) for id in await connection.scalars(query)]


async def stale(
    connection: AsyncConnection,
    fresh: FreshSince,
    reached: ColumnElement[bool],
    mission: str | None,
    after: UUID | None,
    limit: int,
) -> list[Record]:
    """Up to `limit` stale entries that are `reached`, of one mission if named, after the entry `after`."""
    query = select(table.c.id).where(_in_effect(), ~_current(fresh), reached)
    if mission is not None:
        query = query.where(table.c.mission == mission)
    if after is not None:
        query = query.where(table.c.id > after)
    ids = await connection.scalars(query.order_by(table.c.id).limit(limit))
    return [await records.load(connection, table, id) for id in ids]


async def totals(connection: AsyncConnection, fresh: FreshSince) -> list[Total]:
    """Entries in effect by mission, country and purpose."""
    axes = (table.c.mission, table.c.country, table.c.purpose)
    is_current = case((_current(fresh), 1), else_=0)
    current, stale = func.sum(is_current), func.sum(1 - is_current)
    query = select(*axes, current, stale).where(_in_effect()).group_by(*axes).order_by(*axes)
    return [Total(*row) for row in await connection.execute(query)]


def _in_effect() -> ColumnElement[bool]:
    return and_(~table.c.withdrawn, ~table.c.ended)


def _current(fresh: FreshSince) -> ColumnElement[bool]:
    since = case((table.c.permanent, fresh.permanent_since), else_=fresh.temporary_since)
    staying = or_(table.c.expected_until.is_(None), table.c.expected_until >= fresh.day)
    return and_(table.c.confirmed_on >= since, staying)
