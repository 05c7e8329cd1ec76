"""Fixtures: one PostgreSQL server per test session, and a fresh, migrated database in some milliseconds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from deploy.local.postgres import Database, Server
from deploy.local.temporary import temporary_server
from shared.db.migrate import upgrade

FreshDatabase = Callable[[str], Awaitable[Database]]


class Databases:
    """Fresh databases of one server: each service is migrated once, into a template that all its databases copy."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._templates: dict[str, str] = {}
        self._numbers = count(1)

    async def fresh(self, service: str) -> Database:
        """A database with the service's tables, empty, and its roles."""
        template = await self._template(service)
        name = f"kosh_{service}_{next(self._numbers)}"
        return await self.server.ensure_database(service, name=name, template=template)

    async def empty(self, service: str) -> Database:
        """A database with the service's roles and no table: for what tests mechanisms by tables of its own."""
        return await self.server.ensure_database(service, name=f"kosh_{service}_{next(self._numbers)}")

    async def _template(self, service: str) -> str:
        if service not in self._templates:
            database = await self.server.ensure_database(service, name=f"kosh_{service}_template")
            await asyncio.to_thread(upgrade, service, database.owner_url)
            self._templates[service] = database.name
        return self._templates[service]


@asynccontextmanager
async def _dropping(databases: Databases, make: FreshDatabase) -> AsyncIterator[FreshDatabase]:
    made: list[Database] = []

    async def remembered(service: str) -> Database:
        made.append(await make(service))
        return made[-1]

    yield remembered
    for database in made:
        await databases.server.drop_database(database.name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server without crash safety, gone with everything in it after the session."""
    with temporary_server() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: Server) -> Databases:
    return Databases(postgres_server)


@pytest.fixture
async def fresh_database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    """`await fresh_database("portal")`: a migrated database of that service, dropped after the test."""
    async with _dropping(databases, databases.fresh) as make:
        yield make


@pytest.fixture
async def empty_database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    """`await empty_database("portal")`: the same without any table."""
    async with _dropping(databases, databases.empty) as make:
        yield make
