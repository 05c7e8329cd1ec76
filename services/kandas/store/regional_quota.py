"""Pools and places of the regional quotas.

`quota_pool` has the regions' pools of the version that stands. A pool's `used` is by definition the number of its
places that were not given back; both change in one transaction, under the year's advisory lock (shared; exclusive while
the year's quota is set anew). What makes it impossible to exceed a pool does not rest on this: the UPDATE names the
condition itself, and a CHECK constraint stands behind it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.rules.regional_quota import Name, Pool
from services.kandas.store.tables import quota_pool, quota_year

YEAR_LOCK = 0x726B7173  # "rkqs": first half of the advisory lock's key, the year is the second

_DROP = text("""
DELETE FROM quota_pool p WHERE p.year = CAST(:year AS smallint) AND NOT EXISTS (
    SELECT FROM unnest(CAST(:kinds AS text[]), CAST(:regions AS text[])) AS w (kind, region)
    WHERE w.kind = p.kind AND w.region = p.region)
""")
_SET = text("""
INSERT INTO quota_pool (year, kind, region, size, used, version)
SELECT CAST(:year AS smallint), w.kind, w.region, w.size, 0, :version
FROM unnest(CAST(:kinds AS text[]), CAST(:regions AS text[]), CAST(:sizes AS int[])) AS w (kind, region, size)
ON CONFLICT (year, kind, region) DO UPDATE SET size = excluded.size, version = excluded.version
""")
_STANDS = text("""
INSERT INTO quota_year (year, version) VALUES (CAST(:year AS smallint), :version)
ON CONFLICT (year) DO UPDATE SET version = excluded.version
""")
_TELL = text("""
UPDATE quota_year SET told = version WHERE year = CAST(:year AS smallint) AND told IS DISTINCT FROM version
RETURNING version
""")
_WAITING = text("""
SELECT CAST(o.source_id AS smallint) AS year FROM regional_quota o
LEFT JOIN quota_year y ON y.year = CAST(o.source_id AS smallint)
WHERE o.version > coalesce(y.version, 0) ORDER BY 1
""")
_TAKE = text("""
WITH counted AS (
    UPDATE quota_pool SET used = used + CAST(:places AS int)
    WHERE year = CAST(:year AS smallint) AND kind = :kind AND region = :region AND used + CAST(:places AS int) <= size
    RETURNING 1
), placed AS (
    INSERT INTO quota_place (id, year, kind, region, taken_on)
    SELECT w.id, CAST(:year AS smallint), :kind, :region, CAST(:day AS date)
    FROM unnest(CAST(:ids AS uuid[])) AS w (id)
)
SELECT count(*) FROM counted
""")
_GIVE_BACK = text("""
WITH given AS (
    UPDATE quota_place SET given_back_on = CAST(:day AS date) WHERE id = :id AND given_back_on IS NULL
    RETURNING year, kind, region
)
UPDATE quota_pool p SET used = p.used - 1 FROM given g
WHERE p.year = g.year AND p.kind = g.kind AND p.region = g.region
""")
_PLACES = text("""
SELECT kind, region, count(*) AS places FROM quota_place
WHERE year = CAST(:year AS smallint) AND taken_on <= :day AND (given_back_on IS NULL OR given_back_on > :day)
GROUP BY 1, 2
""")


class QuotaExceeded(Exception):
    """A pool had fewer places than were asked for; nothing was taken."""


async def close_year(connection: AsyncConnection, year: int) -> None:
    """Keeps everybody else from the year's pools until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(YEAR_LOCK, year)))


async def pools(connection: AsyncConnection, year: int) -> list[Pool]:
    """The regions' pools of a year."""
    asked = select(quota_pool).where(quota_pool.c.year == year).order_by(quota_pool.c.kind, quota_pool.c.region)
    return [_pool(row) for row in await connection.execute(asked)]


async def waiting(connection: AsyncConnection) -> list[int]:
    """The years of whose quotas a later version is on record than the pools are of."""
    return [row.year for row in await connection.execute(_WAITING)]


async def standing(connection: AsyncConnection, year: int) -> int:
    """The version that the year's pools are of; 0 before any."""
    return await connection.scalar(select(quota_year.c.version).where(quota_year.c.year == year)) or 0


async def untold(connection: AsyncConnection) -> list[int]:
    """The years of whose standing version nobody was told yet."""
    asked = select(quota_year.c.year).where(quota_year.c.told.is_distinct_from(quota_year.c.version))
    return list(await connection.scalars(asked.order_by(quota_year.c.year)))


async def note_told(connection: AsyncConnection, year: int) -> int | None:
    """The version that stands and is told now; None where it was told already. One transaction alone is given it."""
    version: int | None = await connection.scalar(_TELL, {"year": year})
    return version


async def replace(connection: AsyncConnection, year: int, lines: Sequence[Pool], version: int) -> None:
    """Puts the regions among `lines` in the place of the year's pools; given places stay given. The year must be
    closed, and every region keep what was given: the constraint refuses what does not."""
    regions = [line for line in lines if line.region]
    named = {"kinds": [line.kind for line in regions], "regions": [line.region for line in regions]}
    await connection.execute(_DROP, {"year": year, **named})
    values = {"year": year, "version": version, "sizes": [line.size for line in regions], **named}
    await connection.execute(_SET, values)
    await connection.execute(_STANDS, {"year": year, "version": version})


async def lock_pool(connection: AsyncConnection, year: int, name: Name) -> Pool | None:
    """The pool as it is now and stays until the transaction ends; None where the quota has none of that name."""
    await connection.execute(select(func.pg_advisory_xact_lock_shared(YEAR_LOCK, year)))
    kind, region = name
    asked = select(quota_pool).where(
        quota_pool.c.year == year, quota_pool.c.kind == kind, quota_pool.c.region == region
    )
    row = (await connection.execute(asked.with_for_update())).first()
    return _pool(row) if row else None


async def take(connection: AsyncConnection, year: int, name: Name, ids: Sequence[UUID], day: date) -> None:
    """A place for each of `ids`, or raises QuotaExceeded: the caller's transaction must not go on then."""
    values = {"year": year, "kind": name[0], "region": name[1], "places": len(ids), "ids": list(ids), "day": day}
    if await connection.scalar(_TAKE, values) != 1:
        raise QuotaExceeded


async def give_back(connection: AsyncConnection, id: UUID, day: date) -> None:
    """The place goes back to its pool; doing it twice changes nothing."""
    await connection.execute(_GIVE_BACK, {"id": id, "day": day})


async def given_by(connection: AsyncConnection, year: int, day: date) -> dict[Name, int]:
    """How many places of the year were given until the end of a day, and not given back by then."""
    rows = await connection.execute(_PLACES, {"year": year, "day": day})
    return {(row.kind, row.region): row.places for row in rows}


def _pool(row: Any) -> Pool:
    return Pool(row.kind, row.region, row.size, row.used)
