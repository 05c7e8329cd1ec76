"""Applications for certificates of self-employment as they wait."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import self_employment_application as table
from shared.db.records import Record
from shared.identity.scope import Kind
from shared.records.members import text_of


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an application belongs."""
    return {"region": text_of(table, "application.region")}


async def with_status(
    connection: AsyncConnection, status: str, reached: ColumnElement[bool], after: UUID | None, limit: int
) -> Sequence[Record]:
    """Up to `limit` applications in a state that are reached, in the order in which they were handed in."""
    asked = select(table).where(table.c.status == status, reached)
    if after is not None:
        asked = asked.where(table.c.id > after)
    rows = await connection.execute(asked.order_by(table.c.id).limit(limit))
    return [
        Record(r.id, r.source_id, r.version, r.withdrawn, r.body, r.changed_at, r.changed_by, r.reason) for r in rows
    ]
