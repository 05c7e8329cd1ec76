"""The migrated database is the one that the code describes."""

import asyncio

from services.permits.store.tables import metadata
from shared.db.migrate import drift
from shared.testing.postgres import FreshDatabase


async def test_the_migrations_make_the_tables_of_the_code(fresh_database: FreshDatabase) -> None:
    database = await fresh_database("permits")
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []
