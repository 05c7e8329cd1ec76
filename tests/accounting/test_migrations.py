"""The migrated database is the one that the code describes, and what was stored before tells what it would tell now."""

import asyncio

import asyncpg

from services.accounting.store.tables import metadata
from shared.db.migrate import drift, upgrade
from shared.testing.postgres import FreshDatabase
from tests.accounting.conftest import Accounting
from tests.accounting.world import World

ADDED = {"end_evidence", "end_day"}


async def test_the_migrations_make_the_tables_of_the_code(fresh_database: FreshDatabase) -> None:
    database = await fresh_database("accounting")
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []


async def test_permits_stored_before_are_told_their_ends(accounting: Accounting, empty_database: FreshDatabase) -> None:
    await accounting.take(World(41, people=60).stream())
    facts = "SELECT * FROM register_fact ORDER BY fact"
    stored = await accounting.connection.fetch(facts)
    database = await empty_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", database.owner_url, "0001")
    former = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    columns = [name for name in stored[0].keys() if name not in ADDED]  # noqa: SIM118  (a record is no mapping)
    rows = [[row[name] for name in columns] for row in stored]
    await former.copy_records_to_table("register_fact", records=rows, columns=columns)
    await asyncio.to_thread(upgrade, "accounting", database.owner_url)
    assert len({row["end_evidence"] for row in stored}) == 3
    assert [dict(row) for row in await former.fetch(facts)] == [dict(row) for row in stored]
    await former.close()
