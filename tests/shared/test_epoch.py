"""A register that is restored gives used positions to other events: its outbox says that another epoch has begun."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy import databases
from deploy.databases import DatabaseSpec
from deploy.local.postgres import Server
from services.portal.app import make_app
from shared import outbox
from shared.db.engine import make_engine
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase
from tests.deploy.test_backup import DUMP, RESTORE, run


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


@pytest.fixture
async def engine(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await fresh_database("consular")).app_url)
    yield engine
    await engine.dispose()


async def cross(portal: Api, *, times: int = 1) -> None:
    for _ in range(times):
        answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
        assert answer.status_code == 201


async def told(portal: Api) -> list[dict[str, Any]]:
    answer = await portal.client.get("/v1/events/newest", headers=portal.consumer("accounting"))
    epochs: list[dict[str, Any]] = answer.json()["epochs"]
    read = await portal.client.get("/v1/events", headers=portal.consumer("accounting"))
    assert read.headers["kosh-epoch"] == epochs[-1]["id"]
    return epochs


async def test_a_dump_that_is_restored_is_another_epoch_before_its_first_new_event(
    portal: Api, postgres_server: Server
) -> None:
    await cross(portal, times=2)
    before = await told(portal)
    name = portal.database.name
    dump = run(postgres_server, DUMP, name)
    await cross(portal, times=3)
    assert await told(portal) == before
    await portal.engine.dispose()
    await postgres_server.drop_database(name)
    spec = DatabaseSpec.of(portal.database.owner_url, portal.database.app_url)
    await databases.ensure(postgres_server.dsn("postgres"), spec)
    run(postgres_server, RESTORE, name, dump)

    await cross(portal)  # the trigger notices it, before anybody asks
    after = await told(portal)
    assert (after[:-1], after[-1]["after"]) == (before, 2)
    await cross(portal)
    assert await told(portal) == after


async def test_what_the_server_does_not_notice_is_told_by_hand(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        (first,) = await outbox.epochs(connection)
    async with engine.begin() as connection:
        second = await outbox.begin(connection)
    async with engine.connect() as connection:
        assert await outbox.epochs(connection) == [first, second]
    assert (first.after, second.after) == (0, 0)
