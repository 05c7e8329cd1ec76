"""Accounting's database, written through the very functions of the intake."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any, cast

import asyncpg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local.postgres import Database
from services.accounting.app import make_app
from services.accounting.cases.batch import EventBatch
from services.accounting.cases.releases.controlled import Control
from services.accounting.cases.writer import Writer
from services.accounting.intake.beside import Decoder
from services.accounting.intake.decode import decode
from services.accounting.rules.disclosure.cell_key import Table
from services.accounting.rules.disclosure.cubes import cubes, nation
from services.accounting.rules.persons.identity import Hashes
from services.accounting.settings import AccountingSettings
from shared.inbox.source import Unparsed
from shared.settings import ServiceSettings
from shared.testing.api import Api, StartApi
from shared.testing.postgres import FreshDatabase
from tests.accounting.world import Event

HASHES = Hashes(b"a secret of the tests alone")
CONTROL = Control(SecretStr("a disclosure secret of the tests alone"))
QUIET = CONTROL._replace(table=Table((((0, 1_000_000),),)), cubes=nation)
"""Cuts releases of the whole country alone, and without noise, where a test is about something else."""
FLOWS = QUIET._replace(cubes=lambda flow: (cubes if flow == "DF_FLOW" else nation)(flow))
"""The same, and all that is released of flows: by country, citizenship, region, sex and age."""

READS_NO_REGISTER = {
    "KOSH_ACCOUNTING_IDENTITY_SECRET": "a secret of the tests alone",
    "KOSH_FEED_PORTAL_URL": "http://portal.test",
}


@dataclass
class Accounting:
    """One writer on a fresh database."""

    database: Database
    connection: asyncpg.Connection

    async def take(self, events: Iterable[Event], size: int = 200) -> None:
        """Takes the events in, batch by batch."""
        coming = iter(events)
        while batch := list(islice(coming, size)):
            taken = decode("portal", batch, HASHES)
            assert taken.parked == []
            await self.writer.take(taken)

    @property
    def writer(self) -> Writer:
        return Writer(self.connection)


async def intake_of(database: Database) -> asyncpg.Connection:
    """A connection as the intake, which writes facts and figures."""
    return await asyncpg.connect(database.intake_url.replace("+asyncpg", ""))


@asynccontextmanager
async def review_of(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the review, which reads the linkage room and adds reviewers' words."""
    connection = await asyncpg.connect((database.review_url or "").replace("+asyncpg", ""))
    yield connection
    await connection.close()


def make_accounting(_: ServiceSettings) -> FastAPI:
    """The API over the database that the environment names; it reads no register."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in READS_NO_REGISTER.items():
            patched.setenv(name, value)
        return make_app(AccountingSettings.of("accounting"))


@pytest.fixture
async def api(start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The API over a database of its own; it reads no register."""
    for name, value in READS_NO_REGISTER.items():
        monkeypatch.setenv(name, value)
    return await start_api("accounting", lambda _: make_app(AccountingSettings.of("accounting")))


@pytest.fixture
async def written(api: Api) -> AsyncIterator[Accounting]:
    """The one writer on the API's database."""
    connection = await intake_of(api.database)
    yield Accounting(api.database, connection)
    await connection.close()


@pytest.fixture
async def accounting(fresh_database: FreshDatabase) -> AsyncIterator[Accounting]:
    database = await fresh_database("accounting")
    connection = await intake_of(database)
    yield Accounting(database, connection)
    await connection.close()


@pytest.fixture(params=[inf, 1], ids=["parsed", "unparsed"])
def parse_below(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """From which size on answers are decoded by the second process, unparsed; they wait for it to be ready."""
    decode_unparsed = Decoder.decode_unparsed

    async def when_ready(self: Decoder, source: str, told: Unparsed) -> EventBatch | None:
        if self._ready() is None:
            await cast(asyncio.Task[Any], self._starting)
        found = await decode_unparsed(self, source, told)
        assert found is None or found.unparsed is told, "decoded here"
        return found

    monkeypatch.setattr(Decoder, "decode_unparsed", when_ready)
    size: float = request.param
    return size
