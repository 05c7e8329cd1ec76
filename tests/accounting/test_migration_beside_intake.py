"""Accounting is migrated while events come in: nobody stops the intake, and the version before writes no more after."""

import asyncio

import asyncpg
import pytest

from services.accounting.cases.migration import beside_no_writer
from services.accounting.store import lock
from shared.db.revisions import head
from tests.accounting.conftest import Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import Register, impatient, read_to, running
from tests.accounting.world import World

__all__ = ["impatient"]
POSITION = "SELECT max(position) FROM source_position"
STANDS_BY = "this process stands by for good"


async def test_the_intake_stands_by_for_migrations_and_the_former_version_writes_no_more(
    accounting: Accounting, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    world = World(25, people=20)
    stream = world.stream()
    register = Register(stream[:100])
    owner = accounting.database.owner_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(owner)

    async def become(version: str | None) -> None:
        await connection.execute("UPDATE alembic_version SET version_num = $1", version)

    def migrate() -> None:
        register.events = stream
        asyncio.run(_as_next_version(owner))

    async with running(accounting, register.source()):
        await read_to(accounting, 100)
        await beside_no_writer(owner, migrate, lambda _: None)
        async with asyncio.timeout(20):
            while STANDS_BY not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await connection.fetchval(POSITION) == 100
        await become(head("accounting"))  # as if this were the next version's process
        await read_to(accounting, len(stream))
    await connection.close()
    await hold_true(accounting, world)


async def _as_next_version(owner: str) -> None:
    """A migration that nobody but the next version knows, made while no writer holds its lock."""
    connection = await asyncpg.connect(owner)
    assert not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock.WRITER)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
