"""While the database cannot be had, the answer is 503 with Retry-After, and afterwards it works again."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.db.driver import copy_rows
from shared.db.engine import make_engine
from shared.http import routes
from shared.http.app import make_app
from shared.identity.callers import public
from shared.testing.postgres import FreshDatabase
from tests.shared.http.conftest import client_of

api = routes.router(dependencies=[public()])


@api.get("/v1/run")
async def run(request: Request, statement: str) -> int:
    async with request.app.state.engine.begin() as connection:
        await connection.execute(text(statement))
    return 1


@api.get("/v1/copy")
async def copy(request: Request, first: str) -> int:
    """Rows by COPY, below SQLAlchemy, after a statement."""
    async with request.app.state.engine.begin() as connection:
        await connection.execute(text(first))
        await copy_rows(connection, "thing", ["id"], [(1,)])
    return 1


@pytest.fixture
async def engine(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await empty_database("portal")
    engine = make_engine(database.owner_url, connections=2)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE thing (id int PRIMARY KEY)"))
    yield engine
    await engine.dispose()


async def answer(settings_with: Any, engine: AsyncEngine, statement: str) -> httpx.Response:
    return await got(settings_with, engine, "/v1/run", statement=statement)


async def got(settings_with: Any, engine: AsyncEngine, path: str, **parameters: str) -> httpx.Response:
    app = make_app("sample", "Sample", settings_with(), [api])
    app.state.engine = engine
    async with client_of(app) as client:
        return await client.get(path, params=parameters)


async def test_a_connection_that_is_lost(settings_with: Any, engine: AsyncEngine) -> None:
    lost = await answer(settings_with, engine, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert (lost.status_code, lost.headers["Retry-After"]) == (503, "2")
    assert (await answer(settings_with, engine, "SELECT 1")).status_code == 200


async def test_a_server_that_is_not_there(settings_with: Any) -> None:
    nowhere = create_async_engine("postgresql+asyncpg://x:y@127.0.0.1:1/none")
    assert (await answer(settings_with, nowhere, "SELECT 1")).status_code == 503


async def test_a_lock_that_is_not_given(settings_with: Any, engine: AsyncEngine) -> None:
    async with engine.begin() as holder:
        await holder.execute(text("LOCK TABLE thing"))
        refused = await answer(settings_with, engine, "LOCK TABLE thing NOWAIT")
    assert refused.status_code == 503


async def test_a_pool_that_is_empty(settings_with: Any, engine: AsyncEngine) -> None:
    engine.pool._timeout = 0.05  # type: ignore[attr-defined]
    async with engine.connect(), engine.connect():
        refused = await answer(settings_with, engine, "SELECT 1")
    assert refused.status_code == 503
    assert (await answer(settings_with, engine, "SELECT 1")).status_code == 200


async def test_a_mistake_of_ours_is_no_outage(settings_with: Any, engine: AsyncEngine) -> None:
    assert (await answer(settings_with, engine, "SELECT 1/0")).status_code == 500
    assert (await answer(settings_with, engine, "INSERT INTO thing VALUES (1), (1)")).status_code == 500


async def test_a_copy_whose_lock_is_not_given(settings_with: Any, engine: AsyncEngine) -> None:
    async with engine.begin() as holder:
        await holder.execute(text("LOCK TABLE thing"))
        refused = await got(settings_with, engine, "/v1/copy", first="SET LOCAL lock_timeout = '10ms'")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert (await got(settings_with, engine, "/v1/copy", first="SELECT 1")).status_code == 200


async def test_a_copy_on_a_connection_that_is_killed(settings_with: Any, engine: AsyncEngine) -> None:
    kill = """DO $$ BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid(); END $$"""
    refused = await got(settings_with, engine, "/v1/copy", first=kill)
    assert refused.status_code == 503
    assert (await got(settings_with, engine, "/v1/copy", first="SELECT 1")).status_code == 200


async def test_a_copy_that_would_fail_again_is_no_outage(settings_with: Any, engine: AsyncEngine) -> None:
    assert (await got(settings_with, engine, "/v1/copy", first="INSERT INTO thing VALUES (1)")).status_code == 500
