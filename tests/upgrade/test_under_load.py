"""The portal is migrated while it works: writers of the version before go on, and wait for no migration."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.portal.store.tables import metadata
from shared.db.migrate import drift, upgrade
from shared.db.revisions import head
from tests.upgrade.conftest import Former

CHANGED = ("lost_document", "inbox_parked")
"""Tables of which migrations change columns, for a moment in which nobody else may look at them."""
INDEXED = "border_crossing"
PATIENCE = "4s"
"""Of a writer: several times as long as a migration waits (LOCK_TIMEOUT)."""
PACE = 0.005
"""Seconds between two rows of a table, which keep coming while each index is made."""
ONWARD = 5
"""Rows that each table takes while the migration stands before it."""
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
FRESH = {"id": "gen_random_uuid()", "source_id": "gen_random_uuid()::text"}
WAITING = """SELECT EXISTS (SELECT FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'kosh_portal_owner' AND wait_event_type = 'Lock')"""


class Writers:
    """One for each table, which adds row after row as a process of the version before does."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.written: Counter[str] = Counter()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._write(table)) for table in (INDEXED, *CHANGED)]
            yield
            for task in tasks:
                task.cancel()

    async def go_on(self) -> None:
        """Waits until each table has taken ONWARD rows more."""
        wanted = {table: self.written[table] + ONWARD for table in (INDEXED, *CHANGED)}
        while any(self.written[table] < number for table, number in wanted.items()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _write(self, table: str) -> None:
        connection = await asyncpg.connect(self._address, server_settings={"lock_timeout": PATIENCE})
        try:
            statement = self._statement(table, [name for (name,) in await connection.fetch(COLUMNS, table)])
            while True:
                await connection.execute(statement)
                self.written[table] += 1
                await asyncio.sleep(PACE)  # else the indexes grow faster than a busy machine makes them
        finally:
            await connection.close()

    def _statement(self, table: str, columns: list[str]) -> str:
        if table == "inbox_parked":
            return "INSERT INTO inbox_parked (source, reason, event, parked_at) VALUES ('permits', '', '{}', now())"
        values = ", ".join(FRESH.get(name, name) for name in columns)
        return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} LIMIT 1"  # noqa: S608


async def test_no_write_fails_or_waits_long_while_the_portal_is_migrated(former: Former) -> None:
    database = await former("portal")
    owner = await asyncpg.connect(plain(database.owner_url))
    with pytest.raises(asyncpg.UniqueViolationError):  # what an attempt leaves that ended in the middle
        await owner.execute(f"CREATE UNIQUE INDEX CONCURRENTLY visa_day ON {INDEXED} (direction)")
    batch = f"INSERT INTO {INDEXED} SELECT * FROM {INDEXED} LIMIT 0"  # noqa: S608 (names of ours)
    writers = Writers(plain(database.app_url))
    async with writers.writing():
        await writers.go_on()
        async with open_transaction(plain(database.app_url), [batch]):
            async with open_transaction(plain(database.app_url), [f"SELECT FROM {table}" for table in CHANGED]):
                migration = asyncio.create_task(asyncio.to_thread(upgrade, "portal", database.owner_url))
                await seen(migration, lambda: owner.fetchval(WAITING))
                await writers.go_on()
            # It has changed the first table, makes its indexes, and waits for whoever has written into theirs.
            await seen(migration, lambda: owner.fetchval("SELECT version_num >= '0011' FROM alembic_version"))
            await seen(migration, lambda: owner.fetchval(WAITING))
            await writers.go_on()
            assert not migration.done()
        await migration
        await writers.go_on()
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == head("portal")
    assert await owner.fetch("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []
    await owner.close()
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []


@asynccontextmanager
async def open_transaction(address: str, statements: list[str]) -> AsyncIterator[None]:
    """A transaction that has done this and goes on: a long report, a batch that is still coming in."""
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
            yield
    finally:
        await connection.close()


async def seen(migration: asyncio.Task[None], what: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what the migration comes to; if it ends before, it has not come there."""
    while not await what():
        assert not migration.done(), migration.exception()
        await asyncio.sleep(0.01)


def plain(address: str) -> str:
    return address.replace("+asyncpg", "")
