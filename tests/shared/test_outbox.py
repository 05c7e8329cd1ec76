"""The outbox shows events in commit order, so that a reader by position misses none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from asyncpg import LockNotAvailableError
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import outbox
from shared.db.engine import make_engine
from shared.db.outages import may_pass
from shared.events.envelope import Event
from shared.outbox import unit_of_work
from shared.outbox.archive import WHOLE
from shared.outbox.table import IN_COMMIT_ORDER, outbox_table
from shared.testing.postgres import FreshDatabase


def event(subject: str, version: int = 1) -> Event:
    return Event("kz.kosh.portal.border_crossing.v1", subject, version, datetime(2026, 3, 1, tzinfo=UTC), '{"a": 1}')


@pytest.fixture
async def engine(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await empty_database("portal")
    owner = make_engine(database.owner_url)
    metadata = MetaData()
    outbox_table(metadata)
    async with owner.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in (*IN_COMMIT_ORDER, *WHOLE):
            await connection.execute(text(statement))
    yield owner
    await owner.dispose()


async def test_what_is_appended_is_read_back_in_order_and_unchanged(engine: AsyncEngine) -> None:
    events = [event("a"), event("b"), event("a", 2)]
    async with engine.begin() as connection:
        await outbox.append(connection, events)
    async with engine.connect() as connection:
        found = await outbox.read_after(connection, 0, 10)
        assert [read for _, read in found] == events
        assert await outbox.read_after(connection, found[1][0], 10) == found[2:]
        assert await outbox.newest(connection) == found[2][0]


async def test_a_slow_transaction_never_commits_behind_a_readers_back(engine: AsyncEngine) -> None:
    """Without the lock the second transaction's higher position would be visible first, and the reader, gone on
    beyond it, would lose the first one's event for ever."""
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(engine.connect())
        await outbox.append(slow, [event("slow")])

        async def fast() -> None:
            async with engine.begin() as connection:
                await outbox.append(connection, [event("fast")])

        waiting = asyncio.create_task(fast())
        await asyncio.sleep(0.2)
        async with engine.connect() as reader:
            assert await outbox.read_after(reader, 0, 10) == []
        await slow.commit()
        await waiting
    async with engine.connect() as reader:
        assert [e.subject for _, e in await outbox.read_after(reader, 0, 10)] == ["slow", "fast"]


async def test_under_concurrent_writers_a_reader_by_position_sees_every_event_once(engine: AsyncEngine) -> None:
    writers, each = 8, 25
    seen: list[str] = []

    async def write(writer: int) -> None:
        for number in range(each):
            async with engine.begin() as connection:
                await outbox.append(connection, [event(f"{writer}-{number}")])

    async def read() -> None:
        position = 0
        while len(seen) < writers * each:
            async with engine.connect() as connection:
                found = await outbox.read_after(connection, position, 7)
            seen.extend(event.subject for _, event in found)
            position = found[-1][0] if found else position

    reader = asyncio.create_task(read())
    await asyncio.gather(*(write(n) for n in range(writers)))
    await asyncio.wait_for(reader, 20)
    assert sorted(seen) == sorted(f"{w}-{n}" for w in range(writers) for n in range(each))


async def test_who_has_waited_before_waits_for_the_order_only_what_is_left(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds are ten, not ten for each thing that is waited for."""
    monkeypatch.setattr(unit_of_work, "PATIENCE", 0.2)
    monkeypatch.setattr(unit_of_work, "SHORT", 0.1)

    async def late() -> None:
        async with asyncio.timeout(5), unit_of_work.unit_of_work(engine) as unit:
            unit.emit(event("late"))
            await unit.connection.execute(text("SELECT pg_sleep(0.15)"))

    async with engine.begin() as holding:
        await outbox.append(holding, [event("held")])
        with pytest.raises((DBAPIError, LockNotAvailableError)) as refused:
            await late()
    assert may_pass(refused.value)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SHOW lock_timeout")) == "10s"
        assert [each.subject for _, each in await outbox.read_after(connection, 0, 10)] == ["held"]
