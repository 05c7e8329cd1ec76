"""Applications for an extension, by status, and those that wait by the day of their decision."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Text, bindparam, cast, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import kandas_extension as table
from services.kandas.store.tables import kandas_status
from shared.identity.scope import Kind

_DECIDE_BY = cast(literal_column("kandas_extension.body ->> 'decide_by'", Text), Date)
_REGION = literal_column("kandas_status.body ->> 'region'", Text)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application that waits for its decision, and of its status where it is and until when it holds."""

    id: UUID
    version: int
    status: UUID
    region: str
    asked_on: date
    decide_by: date
    valid_until: date | None
    until: date


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an extension belongs: its status."""
    return {"region": _REGION}


async def count(connection: AsyncConnection, status: UUID, state: str, beside: UUID) -> int:
    """How many applications on the status are in `state`, without `beside`."""
    query = select(func.count()).where(table.c.status == status, table.c.state == state, table.c.id != beside)
    return int(await connection.scalar(query) or 0)


async def decision_due(connection: AsyncConnection, status: UUID) -> date | None:
    """Until when the application of the status that waits is to be decided; None where none waits."""
    query = select(func.min(_DECIDE_BY)).where(table.c.status == status, table.c.state == "submitted")
    found: date | None = await connection.scalar(query)
    return found


async def waiting(
    connection: AsyncConnection,
    reached: ColumnElement[bool],
    region: str | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[Waiting]:
    """Up to `limit` applications that wait, of statuses that are `reached`, by the day of the decision, beyond the
    place `after`."""
    asked = (
        cast(literal_column("kandas_extension.body ->> 'asked_on'", Text), Date).label("asked_on"),
        cast(literal_column("kandas_extension.body #>> '{application,until}'", Text), Date).label("until"),
        _DECIDE_BY.label("decide_by"),
    )
    query = (
        select(
            table.c.id, table.c.version, table.c.status, _REGION.label("region"), kandas_status.c.valid_until, *asked
        )
        .join(kandas_status, kandas_status.c.id == table.c.status)
        .where(table.c.state == "submitted", reached)
        .order_by(_DECIDE_BY, table.c.id)
        .limit(limit)
    )
    if region is not None:
        query = query.where(_REGION.in_([region]))
    if after is not None:
        day, id = bindparam("day", after[0], Date), bindparam("beyond", after[1], PgUUID)
        query = query.where(tuple_(_DECIDE_BY, table.c.id) > tuple_(day, id))
    return [Waiting(**row._mapping) for row in await connection.execute(query)]
