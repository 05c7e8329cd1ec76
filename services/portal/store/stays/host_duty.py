"""Duties of hosts to report who came to them: opened by an entry, closed by a notification or an exit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import border_crossing, host_duty
from shared.identity.scope import Kind


@dataclass(frozen=True, slots=True)
class Duty:
    """One entry to be reported by `due_on`; `host` (IIN or BIN) and `region` where an invitation names them. `exit` or
    `notification` closed it."""

    entry: UUID
    entered_at: datetime
    due_on: date
    region: str | None
    host: str | None
    exit: UUID | None
    exited_at: datetime | None
    notification: UUID | None
    withdrawn: bool
    iin: str | None
    document: str | None
    name_birth_key: str | None


_FIELDS = tuple(Duty.__dataclass_fields__)


async def put(connection: AsyncConnection, duties: Sequence[Duty]) -> None:
    """Stores the duties of their entries, in the place of what these entries had before."""
    if not duties:
        return
    statement = insert(host_duty)
    replaced = {name: statement.excluded[name] for name in _FIELDS if name != "entry"}
    rows = [{name: getattr(duty, name) for name in _FIELDS} for duty in duties]
    await connection.execute(statement.on_conflict_do_update(index_elements=["entry"], set_=replaced), rows)


async def owing(connection: AsyncConnection, entries: Collection[UUID]) -> list[UUID]:
    """Those of these entries that have a duty, open or closed; nothing is locked."""
    query = select(host_duty.c.entry).where(host_duty.c.entry.in_(entries), ~host_duty.c.withdrawn)
    return list((await connection.scalars(query)).all())


async def of_entries(connection: AsyncConnection, entries: Collection[UUID]) -> dict[UUID, Duty]:
    """The duties of these entries, withdrawn ones too, locked until the transaction ends."""
    query = select(*(host_duty.c[name] for name in _FIELDS)).where(host_duty.c.entry.in_(entries))
    rows = await connection.execute(query.order_by(host_duty.c.entry).with_for_update())
    return {row.entry: Duty(*row) for row in rows}


async def withdraw(connection: AsyncConnection, entries: Sequence[UUID]) -> None:
    await connection.execute(update(host_duty).where(host_duty.c.entry.in_(entries)).values(withdrawn=True))


@dataclass(frozen=True, slots=True)
class DutyCriteria:
    """Which open duties: of a region, of a host, due before a day (first day not asked for) or from a day on, of those
    that are `reached`."""

    region: str | None = None
    host: str | None = None
    due_from: date | None = None
    due_before: date | None = None
    reached: ColumnElement[bool] | None = None


def places() -> dict[Kind, ColumnElement[Any]]:
    """The columns that say to what a duty belongs."""
    return {"region": host_duty.c.region, "host": host_duty.c.host}


async def open_duties(
    connection: AsyncConnection, wanted: DutyCriteria, after: tuple[date, UUID] | None, limit: int
) -> list[tuple[Duty, str]]:
    """Up to `limit` open duties after `after`, by due date; each with the entry's crossing as JSON text."""
    duty = host_duty.c
    query = (
        select(*(duty[name] for name in _FIELDS), border_crossing.c.body.label("crossing"))
        .join(border_crossing, border_crossing.c.id == duty.entry)
        .where(text("exit IS NULL AND notification IS NULL AND NOT host_duty.withdrawn"))
        .order_by(duty.due_on, duty.entry)
        .limit(limit)
    )
    conditions: Mapping[str, Any] = {
        "reached": wanted.reached,
        "region": wanted.region and duty.region == wanted.region,
        "host": wanted.host and duty.host == wanted.host,
        "from": wanted.due_from and duty.due_on >= wanted.due_from,
        "before": wanted.due_before and duty.due_on < wanted.due_before,
        "after": after and tuple_(duty.due_on, duty.entry) > after,
    }
    for condition in conditions.values():
        if condition is not None:
            query = query.where(condition)
    return [(Duty(*row[:-1]), row.crossing) for row in await connection.execute(query)]
