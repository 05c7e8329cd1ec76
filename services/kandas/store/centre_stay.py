"""Stays by centre and day, by status, by person, and by the day on which they end."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.quota_inclusion import keys_of
from services.kandas.store.tables import centre_stay as table
from shared.events.person import Person
from shared.records.members import text_of

_COUNTS = ~table.c.withdrawn & (table.c.gone_on > table.c.since)


async def changes(
    connection: AsyncConnection, centre: UUID, since: date, *, except_for: Collection[UUID] = ()
) -> dict[date, int]:
    """By how many more (or fewer) places of the centre are taken from a day on, from `since` on; see centre_places."""
    held = _COUNTS & (table.c.centre == centre) & (table.c.gone_on > since) & table.c.id.not_in(list(except_for))
    begins = select(func.greatest(table.c.since, since).label("day"), literal(1, Integer).label("more")).where(held)
    ends = select(table.c.gone_on.label("day"), literal(-1, Integer).label("more")).where(held)
    each = union_all(begins, ends).subquery()
    rows = await connection.execute(select(each.c.day, func.sum(each.c.more)).group_by(each.c.day))
    return {day: int(more) for day, more in rows}


async def first_day(connection: AsyncConnection, centre: UUID) -> date | None:
    """The first day on which anybody has a place in the centre; None where nobody ever has."""
    found: date | None = await connection.scalar(
        select(func.min(table.c.since)).where(_COUNTS, table.c.centre == centre)
    )
    return found


async def housed_since(
    connection: AsyncConnection, status: UUID, kind: str, *, except_for: Collection[UUID]
) -> date | None:
    """The first day in a centre of the kind by the status, under records other than those."""
    of_kind = text_of(table, "kind") == kind
    found: date | None = await connection.scalar(
        select(func.min(table.c.since)).where(
            _COUNTS, table.c.status == status, of_kind, table.c.id.not_in(list(except_for))
        )
    )
    return found


async def housed(
    connection: AsyncConnection, status: UUID, person: Person, since: date, until: date, *, except_for: Collection[UUID]
) -> bool:
    """Whether the person, known by the status, IIN or document, has a place on a day from `since` to `until`, under a
    record other than those."""
    keys = keys_of(person)
    same = or_(table.c.status == status, table.c.iin.in_(keys), table.c.document.in_(keys))
    query = select(table.c.id).where(
        same, _COUNTS, table.c.since <= until, table.c.gone_on > since, table.c.id.not_in(list(except_for))
    )
    return await connection.scalar(query.limit(1)) is not None


async def on_day(connection: AsyncConnection, centre: UUID, day: date) -> Sequence[UUID]:
    """The stays by which somebody has a place of the centre on a day."""
    there = _COUNTS & (table.c.centre == centre) & (table.c.since <= day) & (table.c.gone_on > day)
    return (await connection.scalars(select(table.c.id).where(there).order_by(table.c.since, table.c.id))).all()


async def placed_by(connection: AsyncConnection, statuses: Iterable[UUID]) -> Sequence[UUID]:
    """The stays that have not ended, by those statuses; locked."""
    return await _locked(connection, table.c.status.in_(list(statuses)))


async def past_term(connection: AsyncConnection, day: date, limit: int) -> Sequence[UUID]:
    """Up to `limit` stays that have not ended and whose last day lies before `day`; locked."""
    return await _locked(connection, table.c.gone_on <= day, limit)


async def _locked(connection: AsyncConnection, which: ColumnElement[bool], limit: int | None = None) -> Sequence[UUID]:
    open_ = (table.c.state == "placed") & ~table.c.withdrawn
    query = select(table.c.id).where(open_, which).order_by(table.c.id).limit(limit).with_for_update()
    return (await connection.scalars(query)).all()
