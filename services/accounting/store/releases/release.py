"""Releases: figures frozen for everybody. Rows are added and read; the database refuses to change them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import asyncpg

from services.accounting.rules.residence.reckoning import Coverage

Connection = asyncpg.Connection

Reason = Literal["coverage_shrank"]
Disclosure = Literal["cell_key"]

_COLUMNS = "id, cut_at, counted_at, register_start, obs_end, reason, method_version, disclosure"

LOCK = 0x72656C73  # "rels"; advisory locks are per database


class Release(NamedTuple):
    """`counted_at` is when the newest batch was committed that its figures hold; `coverage` is the border feed's;
    `reason` is why it was cut out of turn. Without a `method_version` it was cut before causes and sums were kept;
    without a method of `disclosure` control its small counts were withheld and all others shown as they were counted.
    """

    id: int
    cut_at: datetime
    counted_at: datetime
    coverage: Coverage
    reason: Reason | None
    method_version: str | None = None
    disclosure: Disclosure | None = None


class Released(NamedTuple):
    """A figure of the whole country as it was counted when a release was cut: what the house itself compares. Everybody
    reads store.releases.public; of releases without a method of disclosure control what is not `withheld` here."""

    flow: str
    key: str
    period: str
    value: int
    status: str
    withheld: bool
    std_error: Decimal | None = None


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
        f"""SELECT {_COLUMNS} FROM release
        WHERE cut_at <= coalesce($1, 'infinity'::timestamptz) ORDER BY cut_at DESC, id DESC LIMIT $2""",  # noqa: S608
        as_of,
        limit,
    )
    return [_release(*row) for row in rows]


async def numbered(connection: Connection, id: int) -> Release | None:
    """The release with a number."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM release WHERE id = $1", id)  # noqa: S608
    return _release(*row) if row else None


async def before(connection: Connection, release: Release) -> Release | None:
    """The one that a release took the place of."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM release WHERE id < $1 ORDER BY id DESC LIMIT 1",  # noqa: S608
        release.id,
    )
    return _release(*row) if row else None


def _release(
    id: int,
    cut: datetime,
    counted: datetime,
    start: int,
    end: int,
    reason: Reason | None,
    version: str | None,
    disclosure: Disclosure | None,
) -> Release:
    return Release(id, cut, counted, Coverage(start, end), reason, version, disclosure)


async def figures(connection: Connection, release: int) -> list[Released]:
    """Those of a release as they were counted, withheld ones too."""
    rows = await connection.fetch(
        "SELECT flow, key, period, value, status, withheld, std_error FROM released_figure WHERE release = $1", release
    )
    return [Released(*row) for row in rows]


async def add(
    connection: Connection,
    cut_at: datetime,
    counted_at: datetime,
    coverage: Coverage,
    figures: Iterable[Released],
    reason: Reason | None,
    method_version: str,
) -> int:
    """Stores a release with its figures as they were counted; returns its number."""
    release: int = await connection.fetchval(
        """INSERT INTO release (cut_at, counted_at, register_start, obs_end, reason, method_version, disclosure)
        VALUES ($1, $2, $3, $4, $5, $6, 'cell_key')
        RETURNING id""",
        cut_at,
        counted_at,
        *coverage,
        reason,
        method_version,
    )
    rows: Sequence[tuple[object, ...]] = [(release, *each) for each in figures]
    await connection.copy_records_to_table("released_figure", records=rows, columns=("release", *Released._fields))
    return release
