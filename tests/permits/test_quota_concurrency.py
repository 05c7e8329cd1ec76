"""A quota is never exceeded, whatever the concurrency and whoever is killed (L2, R4): on real PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.rules import quota as rule
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store import quota
from services.permits.store.tables import quota_pool
from shared.db.engine import make_engine
from shared.db.identifiers import new_id
from shared.testing.postgres import FreshDatabase
from tests.permits.places import YEAR, application, counters, expect_consistent

CLIENTS = 64
BUILDING, FARMING = QuotaSlot("employer", "3", "75", "F"), QuotaSlot("employer", "3", "61", "A")


@pytest.fixture
async def engine(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await fresh_database("permits")
    engine = make_engine(database.app_url, connections=32)
    yield engine
    await engine.dispose()


async def set_quota(engine: AsyncEngine, *lines: Pool) -> None:
    async with engine.begin() as connection:
        await quota.close_year(connection, YEAR)
        await quota.replace(connection, YEAR, lines)


def line(size: int, category: str | None = None, region: str | None = None) -> Pool:
    return Pool(new_id(), "employer", category, region, None, size)


async def reserve(engine: AsyncEngine, places: list[QuotaSlot], *, looking: bool = True) -> UUID | None:
    """The application that got all of `places`, or None. `looking`: locks the pools first, as the case does."""
    id = await application(engine)
    async with engine.begin() as connection:
        look = quota.lock_covering if looking else unlocked
        covering = len(await look(connection, YEAR, places))
        await quota.reserve(connection, id, YEAR, places, [new_id() for _ in places], covering)
    return id


async def unlocked(connection: object, year: int, places: list[QuotaSlot]) -> list[Pool]:
    """Two pools cover each place in these tests: whoever knows that need not look."""
    return [line(0)] * (1 + len(set(places)))


async def tried(engine: AsyncEngine, places: list[QuotaSlot], *, looking: bool = True) -> UUID | None:
    with suppress(quota.QuotaExceeded):
        return await reserve(engine, places, looking=looking)
    return None


@pytest.mark.parametrize("looking", [True, False], ids=["pools locked first", "the UPDATE alone"])
async def test_many_clients_get_exactly_the_places_that_there_are(engine: AsyncEngine, looking: bool) -> None:
    await set_quota(engine, line(10, category="3"), line(7, region="75"))
    got = await asyncio.gather(*(tried(engine, [BUILDING], looking=looking) for _ in range(CLIENTS)))
    assert sum(id is not None for id in got) == 7
    assert [(pool.size, pool.reserved) for pool in await counters(engine)] == [(10, 7), (7, 7)]
    await expect_consistent(engine)


async def test_all_or_nothing_and_no_deadlock_across_pools(engine: AsyncEngine) -> None:
    await set_quota(engine, line(20, category="3"), line(9, region="75"), line(9, region="61"))
    orders = ([BUILDING, FARMING], [FARMING, BUILDING, BUILDING])
    got = await asyncio.gather(*(tried(engine, orders[n % 2]) for n in range(CLIENTS)))
    assert any(got)
    await expect_consistent(engine)
    national, *_ = await counters(engine)
    assert national.reserved == sum(len(orders[n % 2]) for n, id in enumerate(got) if id)


async def test_ten_places_are_given_ten_times_while_moves_and_orders_run_and_sessions_die(engine: AsyncEngine) -> None:
    """The size of the last region's pool goes up and down between 10 and 7 meanwhile; nothing is given back."""
    wide, narrow = (line(40, "3"), line(10, region="75")), (line(40, "3"), line(7, region="75"))
    await set_quota(engine, *wide)
    given: list[UUID | None] = []

    async def client() -> None:
        for _ in range(3):
            with suppress(quota.QuotaExceeded, DBAPIError, asyncpg.PostgresError, ConnectionError):
                given.append(await reserve(engine, [BUILDING]))

    async def officer() -> None:
        for version in range(2, 8):
            with suppress(DBAPIError, asyncpg.PostgresError, ConnectionError):
                await resize(engine, narrow if version % 2 else wide, version)

    async def killer() -> None:
        for _ in range(3):
            with suppress(DBAPIError):
                async with engine.connect() as connection:
                    await connection.scalar(KILL)

    await asyncio.gather(officer(), killer(), *(client() for _ in range(CLIENTS)))
    await resize(engine, wide, 9)
    got = [await tried(engine, [BUILDING]) for _ in range(12)]
    placed = len(given) + sum(id is not None for id in got)
    assert {pool.region: pool.reserved for pool in await counters(engine)} == {None: 10, "75": 10}
    assert placed <= 10  # a session that died after its commit was not answered
    await expect_consistent(engine)


async def resize(engine: AsyncEngine, lines: tuple[Pool, ...], version: int) -> None:
    """As a move does: under the year's lock, unless what is in use is more."""
    async with engine.begin() as connection:
        await quota.close_year(connection, YEAR)
        if not rule.shortages(rule.demand(lines, await quota.places_in_use(connection, YEAR))):
            await quota.replace(connection, YEAR, lines, version, "moved")


async def test_reserving_using_releasing_and_setting_anew_at_once(engine: AsyncEngine) -> None:
    lines = (line(12, category="3"), line(8, region="75"))
    await set_quota(engine, *lines)

    async def client(seed: int) -> None:
        order = random.Random(seed)
        id = await tried(engine, [order.choice((BUILDING, FARMING))])
        if id is None:
            return
        end = order.choice((quota.use, quota.release, quota.expire))
        for _ in range(2):  # a repeat changes nothing
            async with engine.begin() as connection:
                await end(connection, id)

    await asyncio.gather(*(client(seed) for seed in range(CLIENTS)), *(set_quota(engine, *lines) for _ in range(5)))
    assert all(pool.reserved == 0 for pool in await counters(engine))
    await expect_consistent(engine)


async def test_killed_in_the_middle_the_quota_is_consistent_and_goes_on(engine: AsyncEngine) -> None:
    await set_quota(engine, line(1_000, category="3"), line(500, region="75"))
    stop = asyncio.Event()
    killed = 0

    async def client() -> None:
        while not stop.is_set():
            with suppress(DBAPIError, asyncpg.PostgresError, ConnectionError):
                await reserve(engine, [BUILDING])

    async def killer() -> None:
        nonlocal killed
        for _ in range(8):
            async with engine.connect() as connection:
                killed += await connection.scalar(KILL) or 0
            await asyncio.sleep(0.05)
        stop.set()

    await asyncio.gather(killer(), *(client() for _ in range(16)))
    assert killed > 0
    await expect_consistent(engine)
    before = (await counters(engine))[0].reserved
    await reserve(engine, [BUILDING])
    assert (await counters(engine))[0].reserved == before + 1


KILL = text("""
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
""")


async def test_the_database_itself_refuses_what_the_code_might_forget(engine: AsyncEngine) -> None:
    await set_quota(engine, line(1, category="3"))
    with pytest.raises(IntegrityError, match="quota_pool_never_exceeded"):
        async with engine.begin() as connection:
            await connection.execute(quota_pool.update().values(reserved=1, used=1))
