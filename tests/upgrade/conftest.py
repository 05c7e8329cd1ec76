"""Databases of a former release: one of each service, migrated by this version, copied for each test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from deploy.local.postgres import Database, Server
from shared.db.migrate import upgrade
from shared.testing.postgres import FreshDatabase
from tests.upgrade.releases import RELEASES, restored

Former = Callable[[str], Awaitable[Database]]


@pytest.fixture(params=RELEASES, scope="session")
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def former(release: str, postgres_server: Server) -> AsyncIterator[Former]:
    """`await former("portal")`: the service's database as the release left it, dropped after the test."""
    made: list[str] = []

    async def make(service: str) -> Database:
        made.append(f"kosh_{service}_former_{len(made)}")
        return await restored(postgres_server, release, service, made[-1])

    yield make
    for name in made:
        await postgres_server.drop_database(name)


@pytest.fixture
def fresh_database(former: Former) -> FreshDatabase:
    """What a service is started on here: the former release's database, migrated to this version."""

    async def make(service: str) -> Database:
        database = await former(service)
        await asyncio.to_thread(upgrade, service, database.owner_url)
        return database

    return make
