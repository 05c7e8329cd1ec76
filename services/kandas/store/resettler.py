"""Internal resettlers: their inclusions as a register, and what hangs on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Table, and_, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import employment_request, quota_inclusion, support_grant
from shared.db.records import Record, newest_where
from shared.identity.scope import Kind
from shared.records.members import day_of, text_of

_SUPPORT = cast(support_grant.c.body, JSONB)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the register: values of members by their paths, and the days of inclusion, both within."""

    members: Mapping[str, str]
    since: date | None = None
    until: date | None = None


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to which region an inclusion belongs."""
    return {"region": text_of(quota_inclusion, "region")}


async def included(
    connection: AsyncConnection, wanted: Wanted, reached: ColumnElement[bool], before: UUID | None, limit: int
) -> Sequence[Record]:
    """Up to `limit` inclusions of resettlers that are `reached`, newest first, with an id before `before`."""
    table = quota_inclusion
    conditions = [text_of(table, "kind") == "resettler", ~table.c.withdrawn, reached]
    conditions += [text_of(table, path) == value for path, value in wanted.members.items()]
    day = day_of(table, "included_on")
    if wanted.since is not None:
        conditions.append(day >= wanted.since.isoformat())
    if wanted.until is not None:
        conditions.append(day <= wanted.until.isoformat())
    return _records(await connection.execute(newest_where(table, and_(*conditions), before, limit)))


async def hanging_on(connection: AsyncConnection, table: Table, inclusion: UUID) -> Sequence[Record]:
    """The records of a table that stand and name the inclusion, oldest first."""
    query = select(table).where(table.c.inclusion == inclusion, ~table.c.withdrawn).order_by(table.c.id)
    return _records(await connection.execute(query))


async def received(connection: AsyncConnection, inclusions: Sequence[UUID]) -> dict[UUID, int]:
    """In tenge, by inclusion that was granted any support."""
    amount = func.sum(cast(_SUPPORT["amount"].astext, BigInteger))
    query = select(support_grant.c.inclusion, amount).where(
        support_grant.c.inclusion.in_(inclusions), ~support_grant.c.withdrawn
    )
    rows = await connection.execute(query.group_by(support_grant.c.inclusion))
    return {inclusion: int(total) for inclusion, total in rows}


async def work(connection: AsyncConnection, inclusions: Sequence[UUID]) -> dict[UUID, str]:
    """The state of the newest request for work, by inclusion that has any."""
    table = employment_request
    query = (
        select(table.c.inclusion, table.c.state)
        .where(table.c.inclusion.in_(inclusions), ~table.c.withdrawn)
        .order_by(table.c.asked_on, table.c.id)
    )
    return {row.inclusion: row.state for row in await connection.execute(query)}


def _records(rows: Any) -> list[Record]:
    return [
        Record(r.id, r.source_id, r.version, r.withdrawn, r.body, r.changed_at, r.changed_by, r.reason) for r in rows
    ]
