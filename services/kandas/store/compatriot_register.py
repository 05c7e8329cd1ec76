"""Lines of the registers of compatriots abroad: by country, by what they do, and by a part of what they are called."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.records import Record, newest_where
from shared.records.members import text_of

NAMES = ("name", "name_kazakh", "city", "known_for", "activities")
"""Members in which words are looked for; a kind that has no such member says nothing there."""


async def lines(
    connection: AsyncConnection,
    table: Table,
    members: dict[str, str],
    words: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Record]:
    """Up to `limit` records in force whose `members` have these values and that hold `words`, newest first, of those
    with an id before `before`."""
    conditions: list[ColumnElement[bool]] = [text_of(table, name) == value for name, value in members.items()]
    if words is not None:
        conditions.append(or_(*(_holds(text_of(table, name), words) for name in NAMES)))
    rows: Any = await connection.execute(newest_where(table, and_(~table.c.withdrawn, *conditions), before, limit))
    return [
        Record(r.id, r.source_id, r.version, r.withdrawn, r.body, r.changed_at, r.changed_by, r.reason) for r in rows
    ]


def _holds(member: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    return func.strpos(func.lower(member), words.lower()) > 0
