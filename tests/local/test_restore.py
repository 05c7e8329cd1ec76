"""`make backup` and `make restore`: what was acknowledged before the backup is there, what came after it is named."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local import restore
from deploy.local.backup import backup
from deploy.local.failure import Failed
from deploy.local.lock import only_one
from deploy.local.postgres import Server
from deploy.local.restore import Restore
from deploy.local.temporary import reachable_directory
from services.accounting.intake import run as intake
from services.accounting.intake.adopt import adopt
from services.portal.app import make_app
from shared.db.migrate import upgrade
from shared.inbox.feed import FeedSource
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_adopt import WENT_BACK
from tests.accounting.test_intake import running, until
from tests.accounting.test_rebuild import derived, rebuilt

COUNTED = "SELECT array_agg(source_id) FROM linkage.crossing WHERE NOT withdrawn"


@pytest.fixture
def state() -> Iterator[Path]:
    with reachable_directory() as directory:
        yield directory


@pytest.fixture
async def accounting(fresh_database: FreshDatabase) -> AsyncIterator[Accounting]:
    database = await fresh_database("accounting")
    connection = await asyncpg.connect(database.intake_url.replace("+asyncpg", ""))
    yield Accounting(database, connection)
    await connection.close()


@pytest.fixture
def server(state: Path) -> Iterator[Server]:
    """A register's own server: what it holds goes back, accounting does not."""
    server = Server(state / "postgres")
    server.start()
    yield server
    server.stop()


async def started(server: Server, start_api: StartApi) -> Api:
    database = await server.ensure_database("portal")
    await asyncio.to_thread(upgrade, "portal", database.owner_url)
    return await start_api("portal", make_app, database)


async def cross(portal: Api, times: int) -> set[str]:
    """The source ids of crossings that were acknowledged."""
    sent = [crossing() for _ in range(times)]
    for each in sent:
        answer = await portal.client.post("/v1/border-crossings", json=each, headers=portal.token("border"))
        assert answer.status_code == 201
    return {each["source_id"] for each in sent}


def feed_of(portal: Api) -> FeedSource:
    class Signed(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers.update(portal.consumer("accounting"))
            yield request

    return FeedSource("portal", "http://portal.test", Signed(), httpx.ASGITransport(portal.app))


async def until_counted(accounting: Accounting, expected: set[str]) -> None:
    await until(accounting, "(SELECT count(*) FROM linkage.crossing WHERE NOT withdrawn) = $1", len(expected))
    assert set(await accounting.connection.fetchval(COUNTED)) == expected


async def test_what_was_acknowledged_before_is_there_and_what_came_after_is_named_and_no_longer_counted(
    state: Path, server: Server, start_api: StartApi, accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "RETRY", 0.05)
    monkeypatch.setattr(intake, "HOUSEKEEPING", 0.05)
    monkeypatch.setattr(restore, "NO_MORE", "sleep 0.5; false")  # takes connections long before its new timeline
    portal = await started(server, start_api)
    before = await cross(portal, 3)
    with only_one(state):
        kept = await asyncio.to_thread(backup, state)
    lost = await cross(portal, 3)
    async with running(accounting, source := feed_of(portal)):
        await until_counted(accounting, before | lost)
    await source.close()
    await portal.engine.dispose()
    server.stop()

    restored = Restore(state, kept, lambda _: None)
    said = await asyncio.to_thread(restored.all_of_it)
    (file,) = (state / "restore").glob("*.csv")
    assert str(file) in said
    with file.open(encoding="utf-8", newline="") as written:
        named = list(csv.DictReader(written))
    assert [row["position"] for row in named] == ["4", "5", "6"]
    assert {row["source_id"] for row in named} == lost
    assert file.stat().st_mode & 0o077 == 0

    server.start()
    portal = await started(server, start_api)
    there = await portal.rows("SELECT source_id FROM border_crossing")
    assert {row["source_id"] for row in there} == before
    after = await cross(portal, 5)  # more than was lost: its outbox catches up with what accounting has read
    async with running(accounting, source := feed_of(portal)):
        await until(accounting, WENT_BACK)
        owner = accounting.database.owner_url.replace("+asyncpg", "")
        assert {each.source_id for each in await adopt(owner, source, HASHES, lambda _: None)} == lost
        await until_counted(accounting, before | after)
        more = await cross(portal, 1)
        await until_counted(accounting, before | after | more)
    await source.close()
    figures = await derived(accounting.connection)
    assert await rebuilt(accounting) == figures


def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_touched(state: Path, server: Server) -> None:
    with only_one(state):
        kept = backup(state)
    (kept / "data" / "PG_VERSION").write_text("14\n")
    refused = Restore(state, kept, lambda _: None)
    with pytest.raises(Failed, match="pg_verifybackup failed"):
        refused.all_of_it()
    with pytest.raises(Failed, match="is no backup"):
        Restore(state, state, lambda _: None).all_of_it()
    assert not list(server.home.glob("data.before-*"))


def test_without_a_running_system_there_is_nothing_to_back_up(state: Path) -> None:
    with pytest.raises(Failed, match="nothing runs"):
        backup(state)
