"""A pool gives out no dead connection, and asks only those that were idle."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import Server
from shared.db import liveness
from shared.db.driver import driver
from shared.db.engine import make_engine
from shared.testing.postgres import FreshDatabase


async def backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(text("SELECT pg_backend_pid()")))


@pytest.mark.parametrize("idle", [0.0, 3_600.0])  # asked each time, or never: then the driver knows by itself
async def test_what_the_server_closed_is_made_anew(
    fresh_database: FreshDatabase, postgres_server: Server, monkeypatch: pytest.MonkeyPatch, idle: float
) -> None:
    monkeypatch.setattr(liveness, "IDLE", idle)
    database = await fresh_database("consular")
    engine = make_engine(database.app_url)
    superuser = await asyncpg.connect(postgres_server.dsn(database.name))
    try:
        async with engine.connect() as one, engine.connect() as other:
            drivers = [await driver(each) for each in (one, other)]
        for each in drivers:
            await superuser.execute("SELECT pg_terminate_backend($1)", each.get_server_pid())
        while not all(each.is_closed() for each in drivers):
            await superuser.fetchval("SELECT 1")  # meanwhile the loop reads what came
        assert await backend(engine) not in {each.get_server_pid() for each in drivers}
        assert await backend(engine) not in {each.get_server_pid() for each in drivers}
    finally:
        await superuser.close()
        await engine.dispose()


async def test_a_connection_in_use_is_not_asked(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "IDLE", 3_600.0)
    database = await fresh_database("consular")
    engine = make_engine(database.app_url, connections=1)
    try:
        async with engine.connect() as connection:
            asked: list[str] = []
            (await driver(connection)).add_query_logger(lambda record: asked.append(record.query))
        for _ in range(3):
            await backend(engine)
        assert [query for query in asked if query.strip() == ";"] == []
        monkeypatch.setattr(liveness, "IDLE", 0.0)
        await backend(engine)
        assert [query for query in asked if query.strip() == ";"] == [";"]
    finally:
        await engine.dispose()
