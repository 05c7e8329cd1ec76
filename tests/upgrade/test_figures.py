"""Figures of a former release stand after the upgrade as they stood, and a rebuild by this version finds the same."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.accounting.app import make_app
from services.accounting.cases.rebuild import rebuild
from services.accounting.settings import AccountingSettings
from shared.db.migrate import upgrade
from shared.testing.api import StartApi
from tests.upgrade.conftest import Former

FIGURES = {
    "cube": "SELECT cell, count FROM derived.cube ORDER BY cell",
    "counted": "SELECT register_start, obs_end FROM derived.counted",
    "released": "SELECT to_jsonb(f)::text FROM released_figure f ORDER BY 1",
    "position": "SELECT to_jsonb(p)::text FROM source_position p ORDER BY 1",
}
PERSONS = "SELECT key, person FROM {room}.identity_key ORDER BY key"


async def figures(connection: asyncpg.Connection) -> dict[str, list[Any]]:
    room = await connection.fetchval("SELECT to_regclass('linkage_derived.identity_key') IS NOT NULL")
    queries = FIGURES | {"persons": PERSONS.format(room="linkage_derived" if room else "derived")}
    return {name: list(map(tuple, await connection.fetch(query))) for name, query in queries.items()}


async def test_figures_stand_after_the_upgrade_and_after_a_rebuild(former: Former) -> None:
    database = await former("accounting")
    owner = database.owner_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(owner)
    before = await figures(connection)
    assert all(before.values())
    await asyncio.to_thread(upgrade, "accounting", database.owner_url)
    assert await figures(connection) == before
    await rebuild(owner, lambda _: None)
    await connection.reload_schema_state()
    after = await figures(connection)
    await connection.close()
    assert after == before


async def test_released_figures_are_told_as_they_were(start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "a secret of the tests alone")
    monkeypatch.setenv("KOSH_FEED_PORTAL_URL", "http://portal.test")
    api = await start_api("accounting", lambda _: make_app(AccountingSettings.of("accounting")))
    answer = await api.client.get("/sdmx/v1/data/DF_BORDER?format=csv")
    assert answer.status_code == 200, answer.text
    assert len(answer.text.splitlines()) > 10
    assert (await api.client.get("/v1/status")).status_code == 200
