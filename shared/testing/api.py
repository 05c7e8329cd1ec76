"""A service's API in the test's own process, on a database of its own, with tokens of a development issuer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local import issuer
from deploy.local.postgres import Database
from shared import outbox
from shared.events.grants import CLIENT_PREFIX
from shared.inbox import table as inbox
from shared.settings import ServiceSettings
from shared.testing.postgres import Databases, FreshDatabase, dropping

MakeApp = Callable[[ServiceSettings], FastAPI]


@dataclass(frozen=True)
class Api:
    """`await api.client.post(..., headers=api.token("border"))`."""

    client: httpx.AsyncClient
    app: FastAPI
    database: Database
    keys: Path

    @property
    def engine(self) -> AsyncEngine:
        engine: AsyncEngine = self.app.state.engine
        return engine

    def token(self, *roles: str, ttl: timedelta = issuer.HOUR, **claims: Any) -> dict[str, str]:
        """Headers of a caller with `roles`."""
        return {"Authorization": f"Bearer {issuer.mint(self.keys, roles, ttl=ttl, **claims)}"}

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What the database holds, asked beside the API."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]

    async def as_owner(self, statement: str) -> None:
        """What the service's own role may not do to its rows, done beside it by the owner."""
        connection = await asyncpg.connect(self.database.owner_url.replace("+asyncpg", "", 1))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def up_to_date_with(self, source: str) -> None:
        """Its copies of the facts of `source` count as complete from now on, as if a follower had read to the end."""
        async with self.engine.begin() as connection:
            await inbox.confirm(connection, source, datetime(2200, 1, 1, tzinfo=UTC))

    async def events(self) -> list[dict[str, Any]]:
        """Everything that the service has published so far, as CloudEvents: whole, as no consumer sees it."""
        async with self.engine.connect() as connection:
            found = await outbox.read_after(connection, 0, 10_000)
        return [orjson.loads(event.as_json(position=position)) for position, event in found]

    def consumer(self, name: str) -> dict[str, str]:
        """Headers of a service that reads this one's feed."""
        return self.token("system", client_id=CLIENT_PREFIX + name)


class StartApi(Protocol):
    """How a test starts a service."""

    def __call__(self, service: str, make_app: MakeApp, database: Database | None = None) -> Awaitable[Api]: ...


@pytest.fixture(scope="session")
def issuer_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("issuer")
    issuer.ensure_issuer(directory)
    return directory


@pytest.fixture(scope="session", autouse=True)
def _no_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test speaks TLS: clients trust nobody, instead of reading all authorities of the world anew each."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("SSL_CERT_FILE", raising=False)
        patched.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("authorities")))
        yield


@asynccontextmanager
async def _starting(fresh: FreshDatabase, directory: Path, patched: pytest.MonkeyPatch) -> AsyncIterator[StartApi]:
    """Starts services on databases of `fresh`, and stops them when the block ends."""
    async with AsyncExitStack() as stack:

        async def start(service: str, make_app: MakeApp, database: Database | None = None) -> Api:
            database = database or await fresh(service)
            app = make_app(_settings(service, database, directory, patched))
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://kosh.test")
            )
            return Api(client, app, database, directory)

        yield start


@pytest.fixture
async def start_api(
    fresh_database: FreshDatabase, issuer_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[StartApi]:
    """`await start_api("portal", make_app)`: the service on a fresh database, or on a migrated one of another server;
    stopped after the test."""
    async with _starting(fresh_database, issuer_directory, monkeypatch) as start:
        yield start


@pytest.fixture(scope="module")
async def start_api_to_read(databases: Databases, issuer_directory: Path) -> AsyncIterator[StartApi]:
    """The same for a module whose tests only read: what it starts, and what is written before the first of them, is
    there for all, and its settings in the environment are too."""
    with pytest.MonkeyPatch.context() as patched:
        async with dropping(databases, databases.fresh) as make, _starting(make, issuer_directory, patched) as start:
            yield start


def _settings(service: str, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    named = database.settings(service) | {f"KOSH_{service.upper()}_PORT": "0"}
    for name, value in (named | issuer.environment(directory)).items():
        monkeypatch.setenv(name, value)
    return ServiceSettings.of(service)
