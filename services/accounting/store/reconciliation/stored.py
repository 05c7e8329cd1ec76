"""The facts as they are stored, read whole for reconciliation: every version, in effect or replaced."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final, NamedTuple

import asyncpg

from services.accounting.rules.rows import CrossingRow, FactRow, RegisterRow
from shared.events.portal import BorderCrossing

Connection = asyncpg.Connection

CHUNK: Final = 2_000  # rows at once: bounds memory

_TABLES: Final[Sequence[tuple[str, type[CrossingRow] | type[RegisterRow], bool]]] = (
    ("crossing", CrossingRow, True),
    ("crossing_history", CrossingRow, False),
    ("register_fact", RegisterRow, True),
    ("register_fact_history", RegisterRow, False),
)


class StoredRow(NamedTuple):
    """A stored version: whether it is the newest one, and its row."""

    current: bool
    row: FactRow


def fact_of(row: FactRow) -> str:
    """The name of the fact that a row is of."""
    return row.kind if isinstance(row, RegisterRow) else BorderCrossing.NAME


async def all_of(
    connection: Connection, facts: Sequence[str], days: Collection[int] | None = None, *, undated: bool = False
) -> AsyncIterator[list[StoredRow]]:
    """The versions of these facts, some at a time, in the running transaction; of some `days` only, or only those whose
    day is not known."""
    wanted = "told IS NULL" if undated else "true" if days is None else "told = ANY($1::int[])"
    values = [list(days)] if days is not None and not undated else []
    for table, kind, current in _TABLES:
        if kind is CrossingRow and BorderCrossing.NAME not in facts:
            continue
        of = "" if kind is CrossingRow else f" AND kind = ANY('{{{','.join(facts)}}}')"  # names of our own
        query = f"SELECT {', '.join(kind._fields)} FROM linkage.{table} WHERE {wanted}{of}"  # noqa: S608
        rows = await connection.cursor(query, *values)
        while found := await rows.fetch(CHUNK):
            yield [StoredRow(current, kind(*row)) for row in found]


async def versions_of(connection: Connection, facts: Collection[int]) -> list[StoredRow]:
    """All that is stored of records, by their keys."""
    found: list[StoredRow] = []
    for table, kind, current in _TABLES:
        query = f"SELECT {', '.join(kind._fields)} FROM linkage.{table} WHERE fact = ANY($1::bigint[])"  # noqa: S608
        found += [StoredRow(current, kind(*row)) for row in await connection.fetch(query, list(facts))]
    return found


class SetAside(NamedTuple):
    """A parked event: its place in the feed, if it came that way, its digest (SHA-256), whether it is not wanted."""

    position: int | None
    digest: bytes | None
    skipped: bool


async def set_aside(connection: Connection, source: str) -> list[SetAside]:
    """What was parked of a source."""
    found = await connection.fetch(
        """SELECT CASE WHEN transport = 'feed' THEN position END, digest, skipped_at IS NOT NULL
        FROM parked_event WHERE source = $1 ORDER BY id""",
        source,
    )
    return [SetAside(*row) for row in found]
