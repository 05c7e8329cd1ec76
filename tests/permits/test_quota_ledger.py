"""Every unit of the quota moves by a row of the ledger, and the command names the pool that does not balance (L2)."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.local.postgres import Database
from services.permits.cases import quota_check
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store import quota, quota_ledger
from shared.db.engine import make_engine
from shared.db.identifiers import new_id
from shared.testing.postgres import FreshDatabase
from tests.permits.places import YEAR, application, expect_consistent

BUILDER = QuotaSlot("employer", "3", "75", "F", "UZB")


@pytest.fixture
async def database(fresh_database: FreshDatabase) -> Database:
    return await fresh_database("permits")


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database.app_url)
    yield engine
    await engine.dispose()


def line(size: int, region: str | None = None, country: str | None = None) -> Pool:
    return Pool(new_id(), "employer", "3", region, None, size, country=country)


async def set_quota(connection: AsyncConnection, *lines: Pool, version: int = 1) -> None:
    await quota.close_year(connection, YEAR)
    await quota.replace(connection, YEAR, lines, version)


async def test_each_movement_is_a_row_with_what_did_it(engine: AsyncEngine) -> None:
    used, freed, late = [await application(engine) for _ in range(3)]
    async with engine.begin() as connection:
        await set_quota(connection, line(9), line(4, "75"), line(3, country="UZB"))
    for id, ends in ((used, [quota.use]), (freed, [quota.release]), (late, [quota.expire])):
        async with engine.begin() as connection:
            await quota.reserve(connection, id, YEAR, [BUILDER], [id], covering=3)
            for end in ends:
                await end(connection, id)
                await end(connection, id)  # a repeat moves nothing, and writes nothing
    async with engine.begin() as connection:
        await quota.give_back(connection, used)
        await set_quota(connection, line(7), line(3, country="UZB"), version=2)
        lines = await quota_ledger.lines(connection, YEAR, after=0, limit=100)
    assert [(each.entry, each.reserved, each.used, each.application) for each in lines if each.place] == [
        ("reserved", 1, 0, used),
        ("confirmed", -1, 1, used),
        ("reserved", 1, 0, freed),
        ("released", -1, 0, freed),
        ("reserved", 1, 0, late),
        ("expired", -1, 0, late),
        ("given_back", 0, -1, used),
    ]
    sizes = [(each.version, each.kind, each.region, each.size) for each in lines if not each.place]
    assert sorted(sizes[:3], key=str) == [
        (1, "employer", "75", 4),
        (1, "employer", None, 9),
        (1, "employer@UZB", None, 3),
    ]
    assert sorted(sizes[3:], key=str) == [(2, "employer", "75", -4), (2, "employer", None, -2)]
    await expect_consistent(engine)


async def test_the_check_names_each_pool_that_does_not_balance(
    database: Database, engine: AsyncEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.begin() as connection:
        await set_quota(connection, line(9), line(4, "75"))
    id = await application(engine)
    async with engine.begin() as connection:
        await quota.reserve(connection, id, YEAR, [BUILDER], [id], covering=2)
    await quota_check.check(engine)
    assert capsys.readouterr().out == "permits: the quota balances; 3 movements were summed\n"
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE quota_pool SET used = 1 WHERE region = '75'"))
    with pytest.raises(SystemExit) as exit:
        await quota_check.check(engine)
    assert exit.value.code == (
        "permits: 2026 employer category 3 region 75 does not balance: size 4, reserved 1, used 1;"
        " the ledger has 4, 1, 0"
    )


async def test_a_place_that_moved_without_a_row_is_found(database: Database, engine: AsyncEngine) -> None:
    owner = make_engine(database.owner_url)
    async with engine.begin() as connection:
        await set_quota(connection, line(9))
    id = await application(engine)
    async with engine.begin() as connection:
        await quota.reserve(connection, id, YEAR, [BUILDER], [id], covering=1)
    async with owner.begin() as connection:  # as nobody but the owner can
        await connection.execute(text("ALTER TABLE quota_place DISABLE TRIGGER USER"))
        await connection.execute(text("UPDATE quota_place SET state = 'used'"))
    await owner.dispose()
    found, _ = await quota_check.imbalances(engine)
    assert [(each.name, each.held, each.summed) for each in found] == [
        ("places of employer category 3 region 75 activity F", (0, 0, 1), (0, 1, 0))
    ]


async def test_nobody_who_serves_can_change_the_ledger(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await set_quota(connection, line(9))
    for statement in ("UPDATE quota_ledger SET size = 0", "DELETE FROM quota_ledger"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))
