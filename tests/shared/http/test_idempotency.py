"""The same key answers as it did the first time, whatever the timing, and never hides another request."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.db.engine import make_engine
from shared.db.grants import declared, default_deny
from shared.errors import Conflict, Refused
from shared.http import routes
from shared.http.app import make_app
from shared.idempotency import KEPT, IdempotencyKey, RequiredKey, idempotency_table, idempotent
from shared.identity.callers import requires
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.testing.postgres import FreshDatabase
from tests.shared.http.conftest import SAMPLES, TokenFor, client_of

metadata = MetaData()
idempotency_table(metadata)
thing = Table("thing", metadata, Column("id", Integer, primary_key=True), Column("name", Text))


@pytest.fixture
async def engine(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await empty_database("portal")
    owner = make_engine(database.owner_url)
    async with owner.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in default_deny(declared(metadata)):
            await connection.execute(text(statement))
    await owner.dispose()
    app_engine = make_engine(database.app_url)
    yield app_engine
    await app_engine.dispose()


class Thing(BaseModel):
    id: int
    name: str


async def insert(unit: UnitOfWork, name: str) -> Thing:
    statement = text("INSERT INTO thing (name) VALUES (:name) RETURNING id")
    return Thing(id=await unit.connection.scalar(statement, {"name": name}) or 0, name=name)


async def make(engine: AsyncEngine, key: IdempotencyKey, name: str) -> Thing:
    async with unit_of_work(engine) as unit:
        return await idempotent(unit.connection, key, Thing, lambda: insert(unit, name))


async def count(engine: AsyncEngine, table: str = "thing") -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608


def key(key: str = "k", request: bytes = b"r", caller: str = "a") -> IdempotencyKey:
    return IdempotencyKey(caller, key, request)


async def test_a_repeat_answers_as_the_first_did(engine: AsyncEngine) -> None:
    first = await make(engine, key(), "one")
    assert await make(engine, key(), "two") == first == Thing(id=1, name="one")
    assert await count(engine) == 1


async def test_the_same_key_for_something_else_is_a_conflict(engine: AsyncEngine) -> None:
    await make(engine, key(), "one")
    with pytest.raises(Conflict) as refused:
        await make(engine, key(request=b"other"), "two")
    assert refused.value.name == "idempotency-key-reused"
    assert await count(engine) == 1


async def test_keys_belong_to_their_caller(engine: AsyncEngine) -> None:
    await make(engine, key(caller="a"), "one")
    assert (await make(engine, key(caller="b"), "two")).name == "two"


async def test_what_was_rolled_back_leaves_the_key_free(engine: AsyncEngine) -> None:
    async def refuse() -> Thing:
        raise Refused("Not today.")

    for _ in range(2):
        with pytest.raises(Refused):
            async with unit_of_work(engine) as unit:
                await idempotent(unit.connection, key(), Thing, refuse)
    assert (await make(engine, key(), "one")).name == "one"


async def test_of_many_at_once_one_does_the_work_and_all_answer(engine: AsyncEngine) -> None:
    async def slowly(unit: UnitOfWork) -> Thing:
        made = await insert(unit, "one")
        await unit.connection.execute(text("SELECT pg_sleep(0.1)"))
        return made

    async def one() -> Thing:
        async with unit_of_work(engine) as unit:
            return await idempotent(unit.connection, key(), Thing, lambda: slowly(unit))

    answers = await asyncio.gather(*(one() for _ in range(8)))
    assert answers == [Thing(id=1, name="one")] * 8
    assert await count(engine) == 1


async def test_if_the_first_fails_one_of_those_that_waited_does_the_work(engine: AsyncEngine) -> None:
    begun, waiting = asyncio.Event(), asyncio.Event()

    async def fails() -> Thing:
        begun.set()
        await waiting.wait()
        raise Refused("Not today.")

    async def first() -> Thing:
        async with unit_of_work(engine) as unit:
            return await idempotent(unit.connection, key(), Thing, fails)

    failing = asyncio.create_task(first())
    await begun.wait()
    second = asyncio.create_task(make(engine, key(), "second"))
    waiting.set()
    with pytest.raises(Refused):
        await failing
    assert (await second).name == "second"


async def test_old_keys_go_as_new_ones_come(engine: AsyncEngine) -> None:
    present = clock.now()
    with clock.set_to(present - KEPT - timedelta(days=1)):
        for number in range(5):
            await make(engine, key(f"old-{number}"), "old")
    for number in range(3):
        await make(engine, key(f"new-{number}"), "new")
    assert await count(engine, "idempotency") == 3
    assert (await make(engine, key("old-0"), "again")).name == "again"


class Proposal(BaseModel):
    name: str
    note: str | None = None


api = routes.router(prefix="/v1/things")


@api.post("", status_code=201, dependencies=[requires("clerk", scope=SAMPLES)])
async def propose(request: Request, proposal: Proposal, key: RequiredKey) -> Thing:
    return await make(request.app.state.engine, key, proposal.name)


@pytest.fixture
async def client(engine: AsyncEngine, settings_with: Any) -> AsyncIterator[httpx.AsyncClient]:
    app: FastAPI = make_app("sample", "Sample", settings_with(), [api])
    app.state.engine = engine
    async with client_of(app) as opened:
        yield opened


async def test_over_http(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    clerk = as_role("clerk", subject="clerk-1")

    async def post(key: str | None, name: str, headers: dict[str, str] = clerk) -> httpx.Response:
        keyed = headers | ({"Idempotency-Key": key} if key is not None else {})
        return await client.post("/v1/things", json={"name": name}, headers=keyed)

    first, repeat, quoted = await post("k1", "one"), await post("k1", "one"), await post('"k1"', "one")
    assert (first.status_code, first.content) == (repeat.status_code, repeat.content)
    assert quoted.content == first.content
    assert (await post("k1", "two")).json()["type"].endswith("/idempotency-key-reused")
    assert (await post("k1", "one", as_role("clerk", subject="clerk-2"))).json()["id"] != first.json()["id"]
    for bad in (None, "", "x" * 256):
        refused = await post(bad, "one")
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (422, "idempotency-key-missing")


async def test_a_retry_that_is_written_otherwise_is_no_other_request(
    client: httpx.AsyncClient, as_role: TokenFor
) -> None:
    headers = as_role("clerk") | {"Idempotency-Key": "k1", "Content-Type": "application/json"}

    async def post(body: str) -> httpx.Response:
        return await client.post("/v1/things", content=body, headers=headers)

    first = await post('{"name": "one", "note": "n"}')
    for retry in ('{"note":"n","name":"one"}', '{\n  "name": "\\u006fne",\n  "note": "n"\n}\n'):
        again = await post(retry)
        assert (again.status_code, again.content) == (first.status_code, first.content)
    for other in ('{"name": "one", "note": "N"}', '{"name": "one"}'):
        assert (await post(other)).json()["type"].endswith("/idempotency-key-reused")
