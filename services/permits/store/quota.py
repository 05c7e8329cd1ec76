"""Pools and places of the quota.

A pool's counters are by definition the number of places that it covers. Both change in one transaction, always under
the same locks: the year's advisory lock (shared; exclusive while the year's quota is set anew), then the covering
pools in the order of their ids, so that two transactions never wait for each other. What makes it impossible to
exceed a pool does not rest on this: the UPDATE names the condition itself, and a CHECK constraint stands behind it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, any_, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store.tables import quota_place, quota_pool
from shared.db.identifiers import new_id

YEAR_LOCK = 0x71756F74  # "quot": first half of the advisory lock's key, the year is the second

State = Literal["reserved", "used", "released", "expired"]

_COVERS = """p.year = CAST(:year AS smallint) AND p.kind = w.kind AND (p.category IS NULL OR p.category = w.category)
    AND (p.region IS NULL OR p.region = w.region) AND (p.activity IS NULL OR p.activity = w.activity)"""

_PLACES = """unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:categories AS text[]), CAST(:regions AS text[]),
    CAST(:activities AS text[])) AS w (id, kind, category, region, activity)"""

_LOCK = text(f"""
SELECT p.* FROM quota_pool p WHERE EXISTS (SELECT FROM {_PLACES} WHERE {_COVERS}) ORDER BY p.id FOR UPDATE
""")  # noqa: S608

_COUNT = f"""
UPDATE quota_pool t SET reserved = t.reserved + n.reserved * n.places, used = t.used + n.used * n.places
FROM (SELECT p.id, CAST(count(*) AS int) AS places, CAST(:reserved AS int) AS reserved, CAST(:used AS int) AS used
    FROM quota_pool p JOIN {_PLACES} ON {_COVERS} GROUP BY p.id) n
WHERE t.id = n.id AND t.used + t.reserved + (n.reserved + n.used) * n.places <= t.size RETURNING t.id
"""  # noqa: S608

_RESERVE = text(f"""
WITH counted AS ({_COUNT}), placed AS (
    INSERT INTO quota_place (id, application_id, year, kind, category, region, activity, state)
    SELECT id, CAST(:application_id AS uuid), CAST(:year AS smallint), kind, category, region, activity, 'reserved'
    FROM {_PLACES}
)
SELECT count(*) FROM counted
""")  # noqa: S608

_SET = text(f"""
INSERT INTO quota_pool (id, year, kind, category, region, activity, size, reserved, used)
SELECT p.id, p.year, p.kind, p.category, p.region, p.activity, p.size,
    (SELECT count(*) FROM quota_place w WHERE w.year = CAST(:year AS smallint) AND w.state = 'reserved' AND {_COVERS}),
    (SELECT count(*) FROM quota_place w WHERE w.year = CAST(:year AS smallint) AND w.state = 'used' AND {_COVERS})
FROM (SELECT CAST(:year AS smallint) AS year, u.* FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]),
    CAST(:categories AS text[]), CAST(:regions AS text[]), CAST(:activities AS text[]), CAST(:sizes AS int[]))
    AS u (id, kind, category, region, activity, size)) p
""")  # noqa: S608


class QuotaExceeded(Exception):
    """A pool had fewer places than were asked for; nothing was taken."""


async def close_year(connection: AsyncConnection, year: int) -> None:
    """Keeps everybody else from the year's pools until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(YEAR_LOCK, year)))


async def pools(connection: AsyncConnection, year: int) -> list[Pool]:
    """All pools of a year, national ones first."""
    asked = select(quota_pool).where(quota_pool.c.year == year)
    order = (quota_pool.c.kind, quota_pool.c.region, quota_pool.c.activity, quota_pool.c.category)
    rows = await connection.execute(asked.order_by(*(column.asc().nulls_first() for column in order)))
    return [_pool(row) for row in rows]


async def places_in_use(connection: AsyncConnection, year: int) -> list[QuotaSlot]:
    """One place for each worker of the year who holds or is promised one."""
    columns = (quota_place.c.kind, quota_place.c.category, quota_place.c.region, quota_place.c.activity)
    asked = select(*columns).where(quota_place.c.year == year, quota_place.c.state.in_(("reserved", "used")))
    return [QuotaSlot(*row) for row in await connection.execute(asked)]


async def replace(connection: AsyncConnection, year: int, lines: Sequence[Pool]) -> None:
    """Puts `lines` in the place of the year's pools; their counters are counted anew from the places. The year must
    be closed."""
    await connection.execute(delete(quota_pool).where(quota_pool.c.year == year))
    await connection.execute(_SET, {"year": year, "sizes": [line.size for line in lines], **_arrays(lines)})


async def lock_covering(connection: AsyncConnection, year: int, places: Sequence[QuotaSlot]) -> list[Pool]:
    """The pools that cover any of `places`, as they are now and stay until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock_shared(YEAR_LOCK, year)))
    rows = await connection.execute(_LOCK, {"year": year, **_arrays(places)})
    return [_pool(row) for row in rows]


async def reserve(
    connection: AsyncConnection,
    application: UUID,
    year: int,
    places: Sequence[QuotaSlot],
    ids: Sequence[UUID],
    covering: int,
) -> None:
    """Takes every one of `places` from each of the `covering` pools that cover them, or raises QuotaExceeded: the
    caller's transaction must not go on then. `ids` name the permits-to-be."""
    values = {"application_id": application, "year": year, "reserved": 1, "used": 0, **_arrays(places, ids)}
    if await connection.scalar(_RESERVE, values) != covering:
        raise QuotaExceeded


async def use(connection: AsyncConnection, application: UUID) -> None:
    """Reserved places become used: the permits are issued."""
    await _move(connection, quota_place.c.application_id == application, "reserved", "used", reserved=-1, used=1)


async def release(connection: AsyncConnection, application: UUID) -> None:
    """Reserved places go back, because the employer no longer wants them."""
    await _move(connection, quota_place.c.application_id == application, "reserved", "released", reserved=-1, used=0)


async def expire(connection: AsyncConnection, application: UUID) -> None:
    """Reserved places go back, because their time is over."""
    await _move(connection, quota_place.c.application_id == application, "reserved", "expired", reserved=-1, used=0)


async def expire_all(connection: AsyncConnection, applications: Sequence[UUID]) -> None:
    """`expire` for any number of applications: as many statements as for one."""
    of_them = quota_place.c.application_id == any_(literal(list(applications), ARRAY(PgUUID)))
    await _move(connection, of_them, "reserved", "expired", reserved=-1, used=0)


async def give_back(connection: AsyncConnection, permit: UUID) -> None:
    """A used place goes back, because its permit was revoked before it was in force."""
    await _move(connection, quota_place.c.id == permit, "used", "released", reserved=0, used=-1)


async def _move(connection: AsyncConnection, which: Any, old: State, new: State, *, reserved: int, used: int) -> None:
    """Doing it twice changes nothing: only places in the old state are moved and counted."""
    moved = update(quota_place).where(which, quota_place.c.state == old).values(state=new).returning(quota_place)
    rows = (await connection.execute(moved)).all()
    for year in {row.year for row in rows}:
        places = [QuotaSlot(row.kind, row.category, row.region, row.activity) for row in rows if row.year == year]
        await lock_covering(connection, year, places)
        await connection.execute(text(_COUNT), {"year": year, "reserved": reserved, "used": used, **_arrays(places)})


def _arrays(lines: Iterable[QuotaSlot | Pool], ids: Sequence[UUID] | None = None) -> dict[str, list[Any]]:
    every = list(lines)
    return {
        "ids": list(ids) if ids else [new_id() for _ in every],
        "kinds": [line.kind for line in every],
        "categories": [line.category for line in every],
        "regions": [line.region for line in every],
        "activities": [line.activity for line in every],
    }


def _pool(row: Any) -> Pool:
    return Pool(row.id, row.kind, row.category, row.region, row.activity, row.size, row.reserved, row.used)
