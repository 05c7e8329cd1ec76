"""A statement that runs while its caller reckons: sent before, ended after, and given up with who began it."""

import asyncio
from typing import Any

import asyncpg
import pytest
import uvloop

from services.accounting.store.meanwhile import meanwhile
from shared.testing.postgres import FreshDatabase

SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'"


@pytest.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return (await fresh_database("accounting")).intake_url.replace("+asyncpg", "")


async def ask(connection: asyncpg.Connection, statement: str, begun: list[str] | None = None) -> None:
    if begun is not None:
        begun.append(statement)
    await connection.execute(statement)


async def test_the_server_has_the_statement_before_the_block_begins(dsn: str) -> None:
    async def sent() -> tuple[list[str], int]:
        connection, begun = await asyncpg.connect(dsn), list[str]()
        driver: Any = connection
        async with meanwhile(ask(connection, "SELECT 1", begun)):
            found = list(begun), driver._transport.get_write_buffer_size()
        await connection.close()
        return found

    assert await asyncio.to_thread(uvloop.run, sent()) == (["SELECT 1"], 0)


async def test_whoever_fails_fails_both(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with meanwhile(ask(connection, "SELECT 1 / 0")):
            pass
    with pytest.raises(KeyError):
        async with meanwhile(ask(connection, "SELECT pg_sleep(600)")):
            raise KeyError
    assert await connection.fetchval("SELECT 1") == 1, "the statement was given up, and the connection is free"
    await connection.close()


async def test_who_is_cancelled_gives_the_statement_up(dsn: str) -> None:
    connection, other = await asyncpg.connect(dsn), await asyncpg.connect(dsn)

    async def until(number: int) -> None:
        async with asyncio.timeout(20):
            while True:
                if await other.fetchval(SLEEPING) == number:
                    return
                await asyncio.sleep(0.01)

    async def wait() -> None:
        async with meanwhile(ask(connection, "SELECT pg_sleep(600)")):
            pass

    waiting = asyncio.create_task(wait())
    await until(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(0)
    await connection.close()
    await other.close()
