"""A rebuild from the stored facts gives what the batches gave, for every person and every cell."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from services.accounting.cases.export import Columns, Extent
from services.accounting.cases.rebuild import Tell, Versions, rebuild
from services.accounting.cases.rebuild_outside import Outcome, rebuild_outside
from services.accounting.store import lock
from tests.accounting.conftest import Accounting, intake_of
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import Register, read_to, running
from tests.accounting.world import World

DERIVED = {
    "identity_key": "SELECT key, person FROM linkage_derived.identity_key ORDER BY key",
    "person": "SELECT person, keys, history, evidence, cells, due FROM linkage_derived.person ORDER BY person",
    "cube": "SELECT cell, count FROM derived.cube ORDER BY cell",
    "counted": "SELECT register_start, obs_end FROM derived.counted",
}
PERSONS = "SELECT person FROM linkage_derived.person ORDER BY person"
SHAPE = """SELECT nspname, nspacl::text, relname, relkind, reloptions, relacl::text, pg_get_indexdef(c.oid),
    pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname LIKE '%derived' ORDER BY 1, 3"""
STORAGE = """SELECT attrelid::regclass::text, attname, attstorage, attnotnull FROM pg_attribute JOIN pg_class ON
pg_class.oid = attrelid WHERE relnamespace::regnamespace::text LIKE '%derived' AND relkind = 'r' AND attnum > 0
ORDER BY 1, 2"""


async def derived(connection: asyncpg.Connection) -> dict[str, list[Any]]:
    """All that the derived tables hold, and how they are made."""
    queries = DERIVED | {"shape": SHAPE, "storage": STORAGE}
    return {name: list(map(tuple, await connection.fetch(query))) for name, query in queries.items()}


async def rebuilt(accounting: Accounting) -> dict[str, list[Any]]:
    steps: list[str] = []
    await rebuild(accounting.database.owner_url.replace("+asyncpg", ""), steps.append)
    assert steps
    return await derived(accounting.connection)


@pytest.mark.parametrize("seed", [21, 22])
async def test_a_rebuild_changes_nothing(accounting: Accounting, seed: int) -> None:
    world = World(seed, people=40)
    world.attest()
    await accounting.take(world.stream())
    world.correct(0.2)
    await accounting.take(world.stream(order=1), size=50)
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before
    await hold_true(accounting, world)


async def test_the_intake_goes_on_after_a_rebuild(accounting: Accounting) -> None:
    world = World(23, people=30)
    stream = world.stream()
    await accounting.take(stream[:200])
    await rebuilt(accounting)
    await accounting.take(stream[200:])
    await hold_true(accounting, world)


async def test_a_running_intake_stands_by_for_a_rebuild_and_then_reads_on(accounting: Accounting) -> None:
    world = World(24, people=30)
    stream = world.stream()
    register = Register(stream[:200])
    async with running(accounting, register.source()):
        await read_to(accounting, 200)
        await rebuilt(accounting)
        register.events = stream
        await read_to(accounting, len(stream))
    await hold_true(accounting, world)


async def test_an_empty_database_can_be_rebuilt(accounting: Accounting) -> None:
    assert await rebuilt(accounting) == await derived(accounting.connection)


async def test_what_a_killed_rebuild_left_is_no_obstacle(accounting: Accounting) -> None:
    owner = await asyncpg.connect(accounting.database.owner_url.replace("+asyncpg", ""))
    await owner.execute("CREATE SCHEMA derived_former; CREATE TABLE derived_former.person ()")
    await owner.close()
    world = World(24, people=5)
    await accounting.take(world.stream())
    await rebuilt(accounting)
    await hold_true(accounting, world)


async def test_the_end_of_observation_moves_day_by_day_as_a_rebuild_would(accounting: Accounting) -> None:
    world = World(25, people=40, obs_end=date(2023, 1, 1))
    await accounting.take(world.stream())
    for obs_end in (date(2023, 1, 2), date(2023, 3, 1), date(2023, 3, 2), date(2024, 2, 1), date(2023, 6, 1)):
        world.declare(date(2021, 1, 1), obs_end)
        await accounting.take(world.stream()[-3:] + world.stream(shuffled=False))
        await hold_true(accounting, world)
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before


async def test_a_reader_in_the_middle_of_a_stream_reads_to_its_end_and_holds_up_nobody(accounting: Accounting) -> None:
    world = World(26, people=40)
    await accounting.take(world.stream())
    owner = accounting.database.owner_url.replace("+asyncpg", "")
    reader = await intake_of(accounting.database)
    swapped = asyncio.Event()
    everybody = await reader.fetch(PERSONS)
    async with reader.transaction():
        rows = await reader.cursor(PERSONS)
        found = await rows.fetch(1)
        task = asyncio.create_task(rebuild(owner, lambda step: swapped.set() if "in place" in step else None))
        await asyncio.wait_for(swapped.wait(), 30)
        async with accounting.connection.transaction():
            assert await accounting.connection.fetch(PERSONS) == everybody
            assert await accounting.connection.fetchval("SELECT pg_try_advisory_lock($1)", lock.WRITER)
        found += await rows.fetch(len(everybody))
        assert not task.done()
    await task
    assert found == everybody
    await reader.close()


async def test_an_engine_outside_that_fails_leaves_everything_as_it_was(accounting: Accounting) -> None:
    class Engine:
        taken = 0

        def add(self, table: str, columns: Columns) -> None:
            self.taken += len(next(iter(columns.values())))

        async def compute(self, extent: Extent, versions: Versions, tell: Tell) -> Outcome:
            raise MemoryError

    world, engine = World(28, people=10), Engine()
    await accounting.take(world.stream())
    before = await derived(accounting.connection)
    with pytest.raises(MemoryError):
        await rebuild_outside(accounting.database.owner_url.replace("+asyncpg", ""), engine, lambda _: None)
    assert engine.taken
    assert await derived(accounting.connection) == before
    await accounting.take(world.stream(order=1))
    await hold_true(accounting, world)
    assert await rebuilt(accounting) == await derived(accounting.connection)
