"""The work lists of applications, those for permits and those for extensions (their tables have the same columns)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import payment, work_permit_application
from shared.identity.scope import Kind
from shared.records.members import json_of


@dataclass(frozen=True, slots=True)
class Line:
    """An application without its persons."""

    id: UUID
    employer_bin: str
    status: str
    decide_by: date
    pay_by: date | None


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an application belongs."""
    region: ColumnElement[Any] = literal_column("work_permit_application.body #>> '{application,region}'")
    return {"region": region, "employer": work_permit_application.c.employer_bin}


def shown() -> dict[Kind, ColumnElement[Any]]:
    """To which further places an application is shown."""
    return {"region": json_of(work_permit_application, "application.further_regions")}


async def find(
    connection: AsyncConnection,
    table: Table,
    reached: ColumnElement[bool],
    status: str | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[Line]:
    """Up to `limit` applications that are `reached`, after a place in the order of their deadlines."""
    asked = select(table.c.id, table.c.employer_bin, table.c.status, table.c.decide_by, table.c.pay_by).where(reached)
    if status is not None:
        asked = asked.where(table.c.status == status)
    if after is not None:
        asked = asked.where(tuple_(table.c.decide_by, table.c.id) > tuple_(*after))
    rows = await connection.execute(asked.order_by(table.c.decide_by, table.c.id).limit(limit))
    return [Line(*row) for row in rows]


async def unpaid(connection: AsyncConnection, table: Table, today: date, limit: int) -> Sequence[UUID]:
    """Up to `limit` granted applications whose term of payment is over, locked; those that another transaction works on
    are passed over."""
    asked = (
        select(table.c.id)
        .where(table.c.status == "granted", table.c.pay_by < today)
        .order_by(table.c.pay_by, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await connection.scalars(asked)).all()


async def spend(connection: AsyncConnection, reference: str, application: UUID) -> bool:
    """Whether the payment of that number is this application's; who comes second, also at the same time, is not."""
    mine = insert(payment).values(reference=reference, application_id=application).on_conflict_do_nothing()
    return (await connection.execute(mine)).rowcount == 1
