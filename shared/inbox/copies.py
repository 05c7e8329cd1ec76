"""Copies of others' facts: what a service must know of another's records to decide by itself, without asking.

A copy holds the newest version of each record, whatever the order in which versions arrive. It is as fresh as its
follower (shared.inbox.follow) is quick: whoever decides by it first asks whether it is current.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.errors import Unavailable
from shared.inbox import table
from shared.inbox.reading import F, Version

STALE = timedelta(minutes=15)
"""Older copies decide nothing: longer than a restart of the follower takes, shorter than anybody waits for a ban."""


@dataclass(frozen=True, slots=True)
class Copy(Generic[F]):
    """One fact of another register, and what is kept of it in a table made by `copy_table`."""

    fact: type[F]
    table: Table
    columns: Callable[[F], dict[str, Any]]

    @property
    def source(self) -> str:
        return self.fact.PRODUCER


async def keep(connection: AsyncConnection, copy: Copy[F], versions: Sequence[tuple[Version, F]]) -> None:
    """Stores what is newer than what is held, in one round trip."""
    rows = [
        {"id": version.subject, "version": version.number, "withdrawn": version.withdrawn, **copy.columns(fact)}
        for version, fact in versions
    ]
    statement = insert(copy.table)
    replaced = {column.name: statement.excluded[column.name] for column in copy.table.columns if column.name != "id"}
    newer = copy.table.c.version < statement.excluded.version
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=replaced, where=newer), rows)


async def expect_current(connection: AsyncConnection, source: str) -> datetime:
    """The moment up to which the copies of the source's facts are complete. Raises Unavailable where they are stale."""
    found = (await table.current_at(connection)).get(source)
    if found is None or clock.now() - found > STALE:
        since = f"not complete since {found:%Y-%m-%d %H:%M} UTC" if found else "not complete yet"
        raise Unavailable(f"What this depends on at {source} is {since}: its events do not arrive. Try again later.")
    return found
