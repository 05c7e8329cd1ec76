"""The ledger of the quota: every movement of a pool's size and of a place is a row, and the sums are the counters.

Triggers write it, so no way of moving a place leaves its row out. A row of a pool is the difference of its size
(`opening`, `set`, `moved`, with the version of the quota that did it). A row of a place is the difference of what is
reserved and used (`reserved`, `confirmed`, `released`, `expired`, `given_back`, with the application that did it); it
counts in every pool that covers the place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

COVERS: Final = """p.kind IN (w.kind, w.kind || '@' || w.country) AND (p.category IS NULL OR p.category = w.category)
    AND (p.region IS NULL OR p.region = w.region) AND (p.activity IS NULL OR p.activity = w.activity)"""
"""Whether a pool `p` covers a place `w`: rules.quota.Pool.covers in SQL. The kind of a pool that a treaty gives to the
citizens of a country names it (`employer@UZB`)."""

TRIGGERS: Final = (
    """
    CREATE FUNCTION quota_ledger_of_pools() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        pool quota_pool := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        more int := CASE TG_OP WHEN 'DELETE' THEN -OLD.size WHEN 'INSERT' THEN NEW.size ELSE NEW.size - OLD.size END;
    BEGIN
        IF more <> 0 OR TG_OP = 'INSERT' THEN
            INSERT INTO quota_ledger (year, entry, kind, category, region, activity, size, reserved, used, version)
            VALUES (pool.year, CASE TG_OP WHEN 'DELETE' THEN 'set' ELSE coalesce(pool.set_by, 'set') END,
                pool.kind, pool.category, pool.region, pool.activity, more, 0, 0, pool.version);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION quota_ledger_of_places() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO quota_ledger (year, entry, kind, category, region, activity, country, size, reserved, used,
                place_id, application_id)
            SELECT n.year, n.state, n.kind, n.category, n.region, n.activity, n.country, 0,
                CAST(n.state = 'reserved' AS int), CAST(n.state = 'used' AS int), n.id, n.application_id
            FROM new_places n;
        ELSE
            INSERT INTO quota_ledger (year, entry, kind, category, region, activity, country, size, reserved, used,
                place_id, application_id)
            SELECT n.year,
                CASE WHEN o.state = 'reserved' AND n.state = 'used' THEN 'confirmed'
                    WHEN o.state = 'used' AND n.state = 'released' THEN 'given_back' ELSE n.state END,
                n.kind, n.category, n.region, n.activity, n.country, 0,
                CAST(n.state = 'reserved' AS int) - CAST(o.state = 'reserved' AS int),
                CAST(n.state = 'used' AS int) - CAST(o.state = 'used' AS int), n.id, n.application_id
            FROM new_places n JOIN old_places o ON o.id = n.id WHERE o.state <> n.state;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER quota_pool_set AFTER INSERT OR DELETE ON quota_pool
        FOR EACH ROW EXECUTE FUNCTION quota_ledger_of_pools()
    """,
    # by row, so that what moves counters alone, as every reservation does, costs a comparison
    """
    CREATE TRIGGER quota_pool_resized AFTER UPDATE ON quota_pool
        FOR EACH ROW WHEN (OLD.size <> NEW.size) EXECUTE FUNCTION quota_ledger_of_pools()
    """,
    """
    CREATE TRIGGER quota_place_taken AFTER INSERT ON quota_place REFERENCING NEW TABLE AS new_places
        FOR EACH STATEMENT EXECUTE FUNCTION quota_ledger_of_places()
    """,
    """
    CREATE TRIGGER quota_place_moved AFTER UPDATE ON quota_place
        REFERENCING OLD TABLE AS old_places NEW TABLE AS new_places
        FOR EACH STATEMENT EXECUTE FUNCTION quota_ledger_of_places()
    """,
)
"""Statements for the migration that makes the table."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement: differences in places. `place` and `application` of a place's, `version` of a pool's."""

    position: int
    at: datetime
    entry: str
    kind: str
    category: str | None
    region: str | None
    activity: str | None
    country: str | None
    size: int
    reserved: int
    used: int
    place: UUID | None
    application: UUID | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A pool, or a place's line, whose counters are not the sums of its movements: (size, reserved, used) of each."""

    year: int
    name: str
    held: tuple[int, int, int]
    summed: tuple[int, int, int]


_NAMED = "concat_ws(' ', n.kind, 'category ' || n.category, 'region ' || n.region, 'activity ' || n.activity)"

_POOLS = text(f"""
WITH w AS (
    SELECT year, kind, category, region, activity, country, sum(reserved) AS reserved, sum(used) AS used
    FROM quota_ledger WHERE place_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
), p AS (
    SELECT year, kind, category, region, activity, bool_or(stands) AS stands, sum(size) AS size,
        sum(reserved) AS reserved, sum(used) AS used, sum(size_summed) AS size_summed
    FROM (
        SELECT year, kind, category, region, activity, true AS stands, size, reserved, used, 0 AS size_summed
        FROM quota_pool
        UNION ALL SELECT year, kind, category, region, activity, false, 0, 0, 0, size
        FROM quota_ledger WHERE place_id IS NULL
    ) held GROUP BY 1, 2, 3, 4, 5
), n AS (
    SELECT p.*, coalesce(sum(w.reserved), 0) AS reserved_summed, coalesce(sum(w.used), 0) AS used_summed
    FROM p LEFT JOIN w ON p.stands AND w.year = p.year AND {COVERS}
    GROUP BY p.year, p.kind, p.category, p.region, p.activity, p.stands, p.size, p.reserved, p.used, p.size_summed
)
SELECT n.year, {_NAMED} AS name, size, reserved, used, size_summed, reserved_summed, used_summed FROM n
WHERE (size, reserved, used) IS DISTINCT FROM (size_summed, reserved_summed, used_summed) ORDER BY 1, 2
""")  # noqa: S608  (our own names)

_PLACES = text(f"""
WITH summed AS (
    SELECT place_id AS id, sum(reserved) AS reserved, sum(used) AS used FROM quota_ledger
    WHERE place_id IS NOT NULL GROUP BY 1
), n AS (
    SELECT p.year, p.kind, p.category, p.region, p.activity, CAST(p.state = 'reserved' AS int) AS reserved,
        CAST(p.state = 'used' AS int) AS used, coalesce(s.reserved, 0) AS reserved_summed,
        coalesce(s.used, 0) AS used_summed
    FROM quota_place p LEFT JOIN summed s ON s.id = p.id
)
SELECT n.year, 'places of ' || {_NAMED} AS name, 0 AS size, sum(reserved) AS reserved, sum(used) AS used,
    0 AS size_summed, sum(reserved_summed) AS reserved_summed, sum(used_summed) AS used_summed FROM n
WHERE (reserved, used) <> (reserved_summed, used_summed) GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608  (our own names)

_LINES = text("""
SELECT position, at, entry, kind, category, region, activity, country, size, reserved, used, place_id, application_id,
    version
FROM quota_ledger WHERE year = CAST(:year AS smallint) AND position > :after ORDER BY position LIMIT :limit
""")

_COUNT = text("SELECT count(*) FROM quota_ledger")


async def imbalances(connection: AsyncConnection) -> list[Imbalance]:
    """Every pool whose counters are not the sums of the ledger, then every kind of place whose states are not. The
    connection's transaction must see one moment."""
    rows = [*await connection.execute(_POOLS), *await connection.execute(_PLACES)]
    return [
        Imbalance(
            row.year,
            row.name,
            (int(row.size), int(row.reserved), int(row.used)),
            (int(row.size_summed), int(row.reserved_summed), int(row.used_summed)),
        )
        for row in rows
    ]


async def length(connection: AsyncConnection) -> int:
    return int(await connection.scalar(_COUNT) or 0)


async def lines(connection: AsyncConnection, year: int, after: int, limit: int) -> Sequence[LedgerLine]:
    """The movements of a year's quota behind `after`, oldest first."""
    return [
        LedgerLine(*row) for row in await connection.execute(_LINES, {"year": year, "after": after, "limit": limit})
    ]
