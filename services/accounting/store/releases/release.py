"""Releases: figures frozen for everybody. Rows are added and read; the database refuses to change them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import asyncpg

from services.accounting.rules.residence.reckoning import Coverage

Connection = asyncpg.Connection

Reason = Literal["coverage_shrank"]

LOCK = 0x72656C73  # "rels"; advisory locks are per database


class Release(NamedTuple):
    """`counted_at` is when the newest batch was committed that its figures hold; `coverage` is the border feed's;
    `reason` is why it was cut out of turn."""

    id: int
    cut_at: datetime
    counted_at: datetime
    coverage: Coverage
    reason: Reason | None


class Released(NamedTuple):
    """A figure of a release; one that is `withheld` is shown to nobody."""

    flow: str
    key: str
    period: str
    value: int
    status: str
    withheld: bool


async def become_cutter(connection: Connection) -> bool:
    """Whether nobody else cuts a release; then nobody will until the transaction ends."""
    alone: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK)
    return alone


async def newest(connection: Connection, as_of: datetime | None = None) -> Release | None:
    """The newest release, or the one that was the newest at a moment."""
    found = await newest_of_all(connection, 1, as_of)
    return found[0] if found else None


async def newest_of_all(connection: Connection, limit: int, as_of: datetime | None = None) -> list[Release]:
    """Up to `limit` releases, those cut last first."""
    rows = await connection.fetch(
        """SELECT id, cut_at, counted_at, register_start, obs_end, reason FROM release
        WHERE cut_at <= coalesce($1, 'infinity'::timestamptz) ORDER BY cut_at DESC, id DESC LIMIT $2""",
        as_of,
        limit,
    )
    return [Release(id, cut, counted, Coverage(start, end), reason) for id, cut, counted, start, end, reason in rows]


async def figures(connection: Connection, release: int, flow: str | None = None) -> list[Released]:
    """Those of a release, withheld ones too; of one dataflow, or of all."""
    rows = await connection.fetch(
        """SELECT flow, key, period, value, status, withheld FROM released_figure
        WHERE release = $1 AND flow = coalesce($2, flow)""",
        release,
        flow,
    )
    return [Released(*row) for row in rows]


async def add(
    connection: Connection,
    cut_at: datetime,
    counted_at: datetime,
    coverage: Coverage,
    figures: Iterable[Released],
    reason: Reason | None = None,
) -> int:
    """Stores a release as a whole; returns its number."""
    release: int = await connection.fetchval(
        """INSERT INTO release (cut_at, counted_at, register_start, obs_end, reason) VALUES ($1, $2, $3, $4, $5)
        RETURNING id""",
        cut_at,
        counted_at,
        *coverage,
        reason,
    )
    rows: Sequence[tuple[object, ...]] = [(release, *each) for each in figures]
    await connection.copy_records_to_table("released_figure", records=rows, columns=("release", *Released._fields))
    return release
