"""Fixtures: one PostgreSQL server per test session, and a fresh, migrated database in some milliseconds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import asyncpg
import pytest

from deploy.local.postgres import Database, Server
from deploy.local.temporary import temporary_server
from shared.db.migrate import upgrade

FreshDatabase = Callable[[str], Awaitable[Database]]


class Databases:
    """Fresh databases of one server: each service is migrated once, into a template that all its databases copy.

    Thousands of tests ask for one: they are copied and dropped over one connection of the administrator.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._templates: dict[str, Database] = {}
        self._numbers = count(1)
        self._connection: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def fresh(self, service: str) -> Database:
        """A database with the service's tables, empty, and its roles."""
        template = await self._template(service)
        copy = _renamed(template, f"kosh_{service}_{next(self._numbers)}")
        owner = f"OWNER kosh_{service}_owner"
        await self._execute(f'CREATE DATABASE "{copy.name}" {owner} TEMPLATE "{template.name}" STRATEGY FILE_COPY')
        # Privileges of the database itself are all that a copy does not bring along.
        await self._execute(
            "UPDATE pg_database SET datacl = template.datacl FROM pg_database AS template "
            "WHERE pg_database.datname = $1 AND template.datname = $2",
            copy.name,
            template.name,
        )
        return copy

    async def empty(self, service: str) -> Database:
        """A database with the service's roles and no table: for what tests mechanisms by tables of its own."""
        return await self.server.ensure_database(service, name=f"kosh_{service}_{next(self._numbers)}")

    async def drop(self, database: Database) -> None:
        """Drops it, whoever is still connected."""
        await self._execute(f'DROP DATABASE "{database.name}" WITH (FORCE)')

    async def close(self) -> None:
        """Ends the administrator's connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _template(self, service: str) -> Database:
        if service not in self._templates:
            database = await self.server.ensure_database(service, name=f"kosh_{service}_template")
            await asyncio.to_thread(upgrade, service, database.owner_url)
            self._templates[service] = database
        return self._templates[service]

    async def _execute(self, statement: str, *values: str) -> None:
        async with self._one_at_a_time:
            if self._connection is None:
                self._connection = await asyncpg.connect(self.server.dsn("postgres"))
            await self._connection.execute(statement, *values)


def _renamed(database: Database, name: str) -> Database:
    """The addresses of `database`, of one by another name with the same roles."""
    urls = {role: url for role, url in vars(database).items() if role.endswith("_url") and url}
    return replace(database, name=name, **{role: url.removesuffix(database.name) + name for role, url in urls.items()})


@asynccontextmanager
async def dropping(databases: Databases, make: FreshDatabase) -> AsyncIterator[FreshDatabase]:
    """`make`, whose databases are dropped when the block ends."""
    made: list[Database] = []

    async def remembered(service: str) -> Database:
        made.append(await make(service))
        return made[-1]

    yield remembered
    for database in made:
        await databases.drop(database)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server without crash safety, gone with everything in it after the session."""
    with temporary_server() as server:
        yield server


@pytest.fixture(scope="session")
async def databases(postgres_server: Server) -> AsyncIterator[Databases]:
    made = Databases(postgres_server)
    yield made
    await made.close()


@pytest.fixture
async def fresh_database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    """`await fresh_database("portal")`: a migrated database of that service, dropped after the test."""
    async with dropping(databases, databases.fresh) as make:
        yield make


@pytest.fixture
async def empty_database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    """`await empty_database("portal")`: the same without any table."""
    async with dropping(databases, databases.empty) as make:
        yield make
