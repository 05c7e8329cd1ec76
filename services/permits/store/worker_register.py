"""Workers of a register as rows: permits and declared workers, newest first, each table by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import work_permit
from shared.db.records import Record, newest_where
from shared.identity.scope import names
from shared.records.members import json_of, text_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which workers: `members` by their values as the records write them, at work on `day`."""

    members: Mapping[str, str]
    day: date
    qualified: bool


async def workers(
    connection: AsyncConnection,
    table: Table,
    wanted: Wanted,
    reached: ColumnElement[bool],
    before: UUID | None,
    limit: int,
) -> Sequence[Record]:
    """Up to `limit` records of one table that are wanted and reached, with an id before `before`, newest first."""
    conditions = [_is(table, name, value) for name, value in wanted.members.items()]
    conditions += [~table.c.withdrawn, text_of(table, "qualified") == str(wanted.qualified).lower(), reached]
    conditions.append(_at_work(table, wanted.day))
    rows = await connection.execute(newest_where(table, and_(*conditions), before, limit))
    return [
        Record(r.id, r.source_id, r.version, r.withdrawn, r.body, r.changed_at, r.changed_by, r.reason) for r in rows
    ]


def _is(table: Table, name: str, value: str) -> ColumnElement[bool]:
    """Whether a member is the one wanted; of a permit for several regions, one of them."""
    member = text_of(table, name) == value
    if table is work_permit and name == "region":
        return or_(member, names(json_of(table, "further_regions"), [value]))
    return member


def _at_work(table: Table, day: date) -> ColumnElement[bool]:
    if table is work_permit:
        return and_(table.c.holds_from <= day, table.c.holds_until >= day)
    since, until = text_of(table, "works_from"), text_of(table, "works_until")
    return and_(since <= day.isoformat(), or_(until.is_(None), until >= day.isoformat()))
