"""Requests for work by person and as they wait, by region."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.quota_inclusion import keys_of
from services.kandas.store.tables import employment_request as table
from shared.events.person import Person
from shared.identity.scope import Kind

Waiting = tuple[UUID, str]
"""The id and the body of a request."""


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to which region a request belongs."""
    return {"region": table.c.region}


async def is_open(connection: AsyncConnection, person: Person, *, except_for: Collection[UUID]) -> bool:
    """Whether a request of the person waits under a record other than those."""
    if not (keys := keys_of(person)):
        return False
    same = or_(table.c.iin.in_(keys), table.c.document.in_(keys))
    query = select(table.c.id).where(same, table.c.state == "asked", ~table.c.withdrawn)
    return await connection.scalar(query.where(table.c.id.not_in(list(except_for))).limit(1)) is not None


async def in_state(
    connection: AsyncConnection,
    state: str,
    reached: ColumnElement[bool],
    region: str | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[Waiting]:
    """Up to `limit` requests in a state that are `reached`, of a region where one is named, in the order in which they
    were made, after a place in it."""
    query = select(table.c.id, table.c.body).where(table.c.state == state, ~table.c.withdrawn, reached)
    if region is not None:
        query = query.where(table.c.region == region)
    if after is not None:
        query = query.where(tuple_(table.c.asked_on, table.c.id) > tuple_(*after))
    rows = await connection.execute(query.order_by(table.c.asked_on, table.c.id).limit(limit))
    return [(row.id, row.body) for row in rows]
