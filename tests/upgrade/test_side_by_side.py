"""The former release's API works on while the database is migrated, and beside this one's: nobody's record fails."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest

from deploy.local.postgres import Database
from shared.db.migrate import upgrade
from shared.testing.api import Api, StartApi
from shared.testing.process import ApiProcess, api_process
from tests.upgrade.conftest import Former
from tests.upgrade.releases import code

KINDS = {
    "portal": ("border-crossings", "border_crossing", "border"),
    "permits": ("eaeu-workers", "eaeu_worker", "permits-officer"),
    "kandas": ("kandas-statuses", "kandas_status", "kandas-officer"),
    "consular": ("consular-registrations", "consular_registration", "consul"),
}
ONWARD = 10
"""Records that are taken before the next thing happens."""


@pytest.fixture(scope="session")
def former_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return code(tmp_path_factory.mktemp("former"))


@dataclass
class Source:
    """A system that sends one record after the other to the former release; every answer has to be 201."""

    api: ApiProcess
    path: str
    role: str
    body: dict[str, Any]
    client: httpx.AsyncClient
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fresh(self) -> dict[str, Any]:
        """A record that nobody has sent."""
        return self.body | {"source_id": uuid4().hex}

    async def send(self, body: dict[str, Any]) -> httpx.Response:
        return await self.client.post(f"{self.api.address}{self.path}", json=body, headers=self.api.token(self.role))

    async def go_on(self) -> None:
        """Waits until ONWARD records more are taken."""
        wanted = len(self.taken) + ONWARD
        while len(self.taken) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._send_on())
            await self.go_on()
            yield
            task.cancel()

    async def _send_on(self) -> None:
        while True:
            body = self.fresh()
            answer = await self.send(body)
            assert answer.status_code == 201, answer.text
            self.taken[answer.json()["id"]] = body


@pytest.mark.parametrize("service", KINDS)
async def test_the_former_release_works_on_while_and_after_its_database_is_migrated(
    service: str, former: Former, former_code: Path, issuer_directory: Path, start_api: StartApi
) -> None:
    database = await former(service)
    kind, table, role = KINDS[service]
    async with api_process(service, database, issuer_directory, former_code) as old, httpx.AsyncClient() as client:
        source = Source(old, f"/v1/{kind}", role, await stored(database, table), client)
        async with source.sending():
            await asyncio.to_thread(upgrade, service, database.owner_url)
            await source.go_on()
            new = await start_api(service, importlib.import_module(f"services.{service}.app").make_app, database)
            await source.go_on()
            await _each_knows_the_others_records(source, new)
        events = await new.rows("SELECT subject, recordversion FROM outbox WHERE recordversion = 1")
    told = [row["subject"] for row in events]
    assert {told.count(id) for id in source.taken} == {1}


async def stored(database: Database, table: str) -> dict[str, Any]:
    """A record as the former release took it."""
    connection = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    try:
        body = await connection.fetchval(f"SELECT body FROM {table} WHERE version = 1 ORDER BY id LIMIT 1")  # noqa: S608
    finally:
        await connection.close()
    known: dict[str, Any] = orjson.loads(body)
    return known


async def _each_knows_the_others_records(source: Source, new: Api) -> None:
    """What one took the other knows again, reads, and takes on: corrected by this one, withdrawn by the former."""
    headers = new.token(source.role)
    id, body = next(iter(source.taken.items()))
    again = await new.client.post(source.path, json=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (200, id), again.text
    change = {"record": body, "reason": "as it was"}
    corrected = await new.client.put(f"{source.path}/{id}", json=change, headers=headers | {"If-Match": '"1"'})
    assert corrected.status_code == 200, corrected.text
    address = f"{source.api.address}{source.path}"
    read = await source.client.get(f"{address}/{id}", headers=source.api.token(source.role))
    assert read.json()["version"] == 2, read.text

    body = source.fresh()
    taken = await new.client.post(source.path, json=body, headers=headers)
    assert taken.status_code == 201, taken.text
    again = await source.send(body)
    assert (again.status_code, again.json()["id"]) == (200, taken.json()["id"]), again.text
    tag = {"If-Match": '"1"'}
    withdraw = f"{address}/{taken.json()['id']}:withdraw"
    ended = await source.client.post(withdraw, json={"reason": "twice"}, headers=source.api.token(source.role) | tag)
    assert ended.status_code == 200, ended.text
    read = await new.client.get(f"{source.path}/{taken.json()['id']}", headers=headers)
    assert read.json()["withdrawn"] is True, read.text
