"""Registrations by citizen and by mission, and their totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consular.rules.consular_registration import FreshSince
from services.consular.store.tables import consular_registration as table
from shared.db import records
from shared.db.records import Record
from shared.identity.scope import Kind
from shared.records.members import text_of


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries in effect a mission holds for one country and purpose."""

    mission: str
    country: str
    purpose: str
    current: int
    stale: int


Axis = Literal["country", "purpose", "legal_basis", "legality", "occupation", "region_of_origin", "sex", "age_group"]
"""By what citizens on the register are counted."""


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


async def profile(
    connection: AsyncConnection, by: Sequence[Axis], only: Mapping[Axis, str], day: date
) -> list[tuple[tuple[str | None, ...], int]]:
    """Entries in effect by the codes of `by`, None where an entry does not say, of those that have the codes of
    `only`. Ages are those of `day`."""
    asked = {axis: _axis(axis, day) for axis in dict.fromkeys((*by, *only))}
    axes = [asked[axis].label(f"axis_{number}") for number, axis in enumerate(by)]
    query = select(*axes, func.count()).where(_in_effect(), *(asked[axis] == code for axis, code in only.items()))
    rows = await connection.execute(query.group_by(*axes).order_by(*axes))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def _axis(axis: Axis, day: date) -> ColumnElement[Any]:
    if axis == "country":
        return table.c.country
    if axis == "purpose":
        return table.c.purpose
    if axis == "sex":
        return text_of(table, "person.sex")
    if axis == "age_group":
        return _age_group(day)
    return text_of(table, axis)


def _age_group(day: date) -> ColumnElement[Any]:
    """The code of the five-year group (`contracts/codes/age_groups.csv`) on a day. Of a birth date that is known by
    its year or month alone, the age that is reached in its course."""
    born = "(consular_registration.body #>> '{person,birth_date}')"
    years = f"{day.year} - left({born}, 4)::int"
    before = f"(CASE WHEN substr({born}, 6) > left('{day:%m-%d}', length(substr({born}, 6))) THEN 1 ELSE 0 END)"
    five = f"greatest(({years} - {before}) / 5 * 5, 0)"
    return literal_column(f"CASE WHEN {five} >= 85 THEN 'Y_GE85' ELSE 'Y' || {five} || 'T' || {five} + 4 END")


def _in_effect() -> ColumnElement[bool]:
    return and_(~table.c.withdrawn, ~table.c.ended)


def _current(fresh: FreshSince) -> ColumnElement[bool]:
    since = case((table.c.permanent, fresh.permanent_since), else_=fresh.temporary_since)
    staying = or_(table.c.expected_until.is_(None), table.c.expected_until >= fresh.day)
    return and_(table.c.confirmed_on >= since, staying)
