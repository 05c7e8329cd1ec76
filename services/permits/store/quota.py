"""Pools and places of the quota.

A pool's counters are by definition the number of places that it covers. Both change in one transaction, always under
the same locks: the year's advisory lock (shared; exclusive while the year's quota is set anew), then the covering
pools in the order of their ids, so that two transactions never wait for each other. What makes it impossible to
exceed a pool does not rest on this: the UPDATE names the condition itself, and a CHECK constraint stands behind it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import ARRAY, any_, exists, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store.quota_ledger import COVERS
from services.permits.store.tables import quota_place, quota_pool, quota_year
from shared.db.identifiers import new_id

YEAR_LOCK = 0x71756F74  # "quot": first half of the advisory lock's key, the year is the second

State = Literal["reserved", "used", "released", "expired"]
SetBy = Literal["set", "moved"]
"""What gave a pool its size, as the ledger calls it: an order, or a move between pools."""

_COVERS = f"p.year = CAST(:year AS smallint) AND {COVERS}"

_PLACES = """unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:categories AS text[]), CAST(:regions AS text[]),
    CAST(:activities AS text[]), CAST(:countries AS text[])) AS w (id, kind, category, region, activity, country)"""

# Thousands of places are of a few sorts: each pool is held against a sort once.
_ALIKE = f"""
SELECT kind, category, region, activity, country, count(*) AS places FROM {_PLACES} GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608

_LOCK = text(f"""
SELECT p.* FROM quota_pool p WHERE EXISTS (SELECT FROM {_PLACES} WHERE {_COVERS}) ORDER BY p.id FOR UPDATE
""")  # noqa: S608

_COUNT = f"""
UPDATE quota_pool t SET reserved = t.reserved + n.reserved * n.places, used = t.used + n.used * n.places
FROM (SELECT p.id, CAST(sum(w.places) AS int) AS places, CAST(:reserved AS int) AS reserved, CAST(:used AS int) AS used
    FROM quota_pool p JOIN ({_ALIKE}) AS w ON {_COVERS} GROUP BY p.id) n
WHERE t.id = n.id AND t.used + t.reserved + (n.reserved + n.used) * n.places <= t.size RETURNING t.id
"""  # noqa: S608

_RESERVE = text(f"""
WITH counted AS ({_COUNT}), placed AS (
    INSERT INTO quota_place (id, application_id, year, kind, category, region, activity, country, state)
    SELECT id, CAST(:application_id AS uuid), CAST(:year AS smallint), kind, category, region, activity, country,
        'reserved'
    FROM {_PLACES}
)
SELECT count(*) FROM counted
""")  # noqa: S608

_NOT_NAMED = "p.year = CAST(:year AS smallint) AND NOT p.id = ANY(CAST(:ids AS uuid[]))"
# Down to nothing before they go, so that the ledger says which version took their places.
_EMPTY = text(f"""
UPDATE quota_pool p SET size = 0, reserved = 0, used = 0, version = :version, set_by = :set_by WHERE {_NOT_NAMED}
""")  # noqa: S608
_DROP = text(f"DELETE FROM quota_pool p WHERE {_NOT_NAMED}")  # noqa: S608
_SET = text(f"""
INSERT INTO quota_pool (id, year, kind, category, region, activity, size, version, set_by, reserved, used)
SELECT p.id, p.year, p.kind, p.category, p.region, p.activity, p.size, :version, :set_by,
    (SELECT count(*) FROM quota_place w WHERE w.year = CAST(:year AS smallint) AND w.state = 'reserved' AND {_COVERS}),
    (SELECT count(*) FROM quota_place w WHERE w.year = CAST(:year AS smallint) AND w.state = 'used' AND {_COVERS})
FROM (SELECT CAST(:year AS smallint) AS year, u.* FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]),
    CAST(:categories AS text[]), CAST(:regions AS text[]), CAST(:activities AS text[]), CAST(:sizes AS int[]))
    AS u (id, kind, category, region, activity, size)) p
ON CONFLICT (id) DO UPDATE SET size = excluded.size, reserved = excluded.reserved, used = excluded.used,
    version = excluded.version, set_by = excluded.set_by
""")  # noqa: S608
_STANDS = text("""
INSERT INTO quota_year (year, version) VALUES (CAST(:year AS smallint), :version)
ON CONFLICT (year) DO UPDATE SET version = excluded.version
""")
_FIRST_YEAR = text("SELECT min(CAST(source_id AS smallint)) FROM quota_order WHERE NOT withdrawn")
_WAITING = text("""
SELECT CAST(o.source_id AS smallint) AS year FROM quota_order o
LEFT JOIN quota_year y ON y.year = CAST(o.source_id AS smallint)
WHERE o.version > coalesce(y.version, 0) ORDER BY 1
""")


def place_ids(permit: UUID, further_regions: Sequence[str]) -> list[UUID]:
    """Of a permit's places, the one in each region: the first has the permit's own id, any other one that follows from
    the permit and the region."""
    return [permit, *(uuid5(permit, region) for region in further_regions)]


def extension_place_id(permit: UUID, year: int) -> UUID:
    """Of the place that an extension of a household's permit took in the quota of a year."""
    return uuid5(permit, f"extension {year}")


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


async def waiting(connection: AsyncConnection) -> list[int]:
    """The years of whose quota a later version is on record than the pools are of."""
    return [row.year for row in await connection.execute(_WAITING)]


async def years(connection: AsyncConnection) -> list[int]:
    """The years of which a version stands."""
    return [row.year for row in await connection.execute(select(quota_year.c.year).order_by(quota_year.c.year))]


async def standing(connection: AsyncConnection, year: int) -> int:
    """The version of the quota that the year's pools are; 0 before any."""
    return await connection.scalar(select(quota_year.c.version).where(quota_year.c.year == year)) or 0


async def places_in_use(connection: AsyncConnection, year: int) -> list[QuotaSlot]:
    """One place for each worker of the year who holds or is promised one."""
    of = quota_place.c
    asked = select(of.kind, of.category, of.region, of.activity, of.country)
    rows = await connection.execute(asked.where(of.year == year, of.state.in_(("reserved", "used"))))
    return [QuotaSlot(*row) for row in rows]


async def replace(
    connection: AsyncConnection, year: int, lines: Sequence[Pool], version: int = 1, set_by: SetBy = "set"
) -> None:
    """Puts `lines` in the place of the year's pools, as `version` of its quota; their counters are counted anew from
    the places. A pool that stays keeps its id. The year must be closed."""
    known = {_named(pool): pool.id for pool in await pools(connection, year)}
    arrays = _arrays(lines, [known.get(_named(line), line.id) for line in lines])
    values = {"year": year, "version": version, "set_by": set_by}
    await connection.execute(_EMPTY, values | {"ids": arrays["ids"]})
    await connection.execute(_DROP, values | {"ids": arrays["ids"]})
    named = {name: arrays[name] for name in ("ids", "kinds", "categories", "regions", "activities")}
    await connection.execute(_SET, values | named | {"sizes": [line.size for line in lines]})
    await connection.execute(_STANDS, {"year": year, "version": version})


async def lock_covering(connection: AsyncConnection, year: int, places: Sequence[QuotaSlot]) -> list[Pool]:
    """The pools that cover any of `places`, as they are now and stay until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock_shared(YEAR_LOCK, year)))
    rows = await connection.execute(_LOCK, {"year": year, **_arrays(dict.fromkeys(places))})
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
    caller's transaction must not go on then. `ids` name the places (see place_ids)."""
    values = {"application_id": application, "year": year, "reserved": 1, "used": 0, **_arrays(places, ids)}
    if await connection.scalar(_RESERVE, values) != covering:
        raise QuotaExceeded


async def first_year(connection: AsyncConnection, year: int) -> int | None:
    """The first year of which a quota is on record; until the transaction ends, none is set for `year` beside it."""
    await connection.execute(select(func.pg_advisory_xact_lock_shared(YEAR_LOCK, year)))
    first: int | None = await connection.scalar(_FIRST_YEAR)
    return first


async def take_over(connection: AsyncConnection, year: int, places: Sequence[tuple[UUID, UUID, QuotaSlot]]) -> None:
    """Places of permits that another register issued: used, of a year whose quota is not set. Of each its id, the
    permit's and what it is a place of."""
    used = [
        {
            "id": id,
            "application_id": permit,
            "year": year,
            "kind": of.kind,
            "category": of.category,
            "region": of.region,
            "activity": of.activity,
            "country": of.country,
            "state": "used",
        }
        for id, permit, of in places
    ]
    if used:
        await connection.execute(insert(quota_place), used)


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


async def give_back(connection: AsyncConnection, permit: UUID, further_regions: Sequence[str] = ()) -> None:
    """Used places go back, because their permit was revoked before it was in force."""
    await give_back_places(connection, place_ids(permit, further_regions))


async def give_back_all(connection: AsyncConnection, applications: Sequence[UUID]) -> None:
    """Used places of extensions go back, because the permit was revoked before they began."""
    of_them = quota_place.c.application_id == any_(literal(list(applications), ARRAY(PgUUID)))
    await _move(connection, of_them, "used", "released", reserved=0, used=-1)


async def give_back_places(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Used places go back, by their ids; one that nobody took is passed over."""
    its = quota_place.c.id == any_(literal(list(ids), ARRAY(PgUUID)))
    await _move(connection, its, "used", "released", reserved=0, used=-1)


async def holds_place(connection: AsyncConnection, year: int, permit: UUID, extensions: Sequence[UUID]) -> bool:
    """Whether a permit, by itself or by one of its extensions, has a place in the quota of the year."""
    of = quota_place.c
    its = or_(of.id == permit, of.application_id == any_(literal(list(extensions), ARRAY(PgUUID))))
    asked = select(exists().where(its, of.year == year, of.state.in_(("reserved", "used"))))
    return bool(await connection.scalar(asked))


async def _move(connection: AsyncConnection, which: Any, old: State, new: State, *, reserved: int, used: int) -> None:
    """Doing it twice changes nothing: only places in the old state are moved and counted."""
    moved = update(quota_place).where(which, quota_place.c.state == old).values(state=new).returning(quota_place)
    rows = (await connection.execute(moved)).all()
    for year in sorted({row.year for row in rows}):  # in one order, so that none waits for another in a ring
        places = [
            QuotaSlot(row.kind, row.category, row.region, row.activity, row.country) for row in rows if row.year == year
        ]
        await lock_covering(connection, year, places)
        await connection.execute(text(_COUNT), {"year": year, "reserved": reserved, "used": used, **_arrays(places)})


def _arrays(lines: Iterable[QuotaSlot | Pool], ids: Sequence[UUID] | None = None) -> dict[str, list[Any]]:
    every = list(lines)
    return {
        "ids": list(ids) if ids is not None else [new_id() for _ in every],
        "kinds": [_kind(line) for line in every],
        "categories": [line.category for line in every],
        "regions": [line.region for line in every],
        "activities": [line.activity for line in every],
        "countries": [line.country for line in every],
    }


def _kind(line: QuotaSlot | Pool) -> str:
    """As the database has it: a pool's names the country as well (store.quota_ledger.COVERS)."""
    return f"{line.kind}@{line.country}" if isinstance(line, Pool) and line.country else line.kind


def _named(pool: Pool) -> tuple[str | None, ...]:
    return (pool.kind, pool.category, pool.region, pool.activity, pool.country)


def _pool(row: Any) -> Pool:
    kind, _, country = row.kind.partition("@")
    places = (row.size, row.reserved, row.used)
    return Pool(row.id, kind, row.category, row.region, row.activity, *places, country or None)
