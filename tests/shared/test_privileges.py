"""A service's role reads and adds rows; it changes or takes away only where a table says so: each is tried."""

import importlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import MetaData, Table

from deploy.local.postgres import Database
from deploy.services import SERVICES
from shared.db.grants import declared, default_deny
from shared.testing.postgres import FreshDatabase

HELD = """
SELECT table_schema || '.' || table_name AS name, array_agg(privilege_type::text) AS held
FROM information_schema.role_table_grants
WHERE grantee = current_user AND table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1
"""


def metadata_of(service: str) -> MetaData:
    found: MetaData = importlib.import_module(f"services.{service}.store.tables").metadata
    return found


@pytest.fixture
async def app(service: str, fresh_database: FreshDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await connected((await fresh_database(service)).app_url)
    yield connection
    await connection.close()


async def connected(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def is_allowed(connection: asyncpg.Connection, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


def attacks(table: Table) -> dict[str, str]:
    """What would change or take away rows, if there were any that fit."""
    name = f"{table.schema or 'public'}.{table.name}"
    column = next(c.name for c in table.columns if c.identity is None)
    return {
        "UPDATE": f'UPDATE {name} SET "{column}" = "{column}" WHERE false',  # noqa: S608  (our own names)
        "DELETE": f"DELETE FROM {name} WHERE false",  # noqa: S608  (our own names)
        "TRUNCATE": f"TRUNCATE {name}",
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_only_what_a_table_declares_can_be_done_to_its_rows(service: str, app: asyncpg.Connection) -> None:
    metadata = metadata_of(service)
    more = declared(metadata)
    wrong = [
        f"{name}: {verb} is {'allowed' if allowed else 'refused'}"
        for table in metadata.sorted_tables
        for verb, attack in attacks(table).items()
        for name in [f"{table.schema or 'public'}.{table.name}"]
        for allowed in [await is_allowed(app, attack)]
        if allowed != (verb in more.get(name, ()))
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_table_is_forgotten(service: str, app: asyncpg.Connection) -> None:
    more = declared(metadata_of(service))
    for name, held in await app.fetch(HELD):
        assert set(held) == {"SELECT", "INSERT", *more.get(name, ())}, name


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_declares_more_says_why(service: str) -> None:
    for table in metadata_of(service).sorted_tables:
        if "because" in table.info:
            assert len(table.info["because"].split()) > 2, table.name


async def test_a_database_that_was_granted_more_freely_is_put_right(empty_database: FreshDatabase) -> None:
    database: Database = await empty_database("portal")
    owner, app = await connected(database.owner_url), await connected(database.app_url)
    role = await app.fetchval("SELECT current_user")
    await owner.execute(f"ALTER DEFAULT PRIVILEGES GRANT UPDATE, DELETE ON TABLES TO {role}")
    await owner.execute("CREATE TABLE kept (id int); CREATE TABLE moved (id int)")
    await owner.execute(f"GRANT TRUNCATE, TRIGGER ON kept TO {role}; GRANT SELECT, UPDATE ON moved TO PUBLIC")
    assert await is_allowed(app, "DELETE FROM kept")

    for _ in range(2):
        for statement in default_deny({"public.moved": ("UPDATE",)}):
            await owner.execute(statement)
    await owner.execute("CREATE TABLE later (id int)")
    held = {name: sorted(held) for name, held in await app.fetch(HELD)}
    assert held == {
        "public.kept": ["INSERT", "SELECT"],
        "public.later": ["INSERT", "SELECT"],
        "public.moved": ["INSERT", "SELECT", "UPDATE"],
    }
    for verb in ("UPDATE moved SET id = 1", "INSERT INTO later VALUES (1)", "SELECT * FROM kept"):
        assert await is_allowed(app, verb), verb
    for attack in ("DELETE FROM moved", "UPDATE later SET id = 2", "DELETE FROM later", "TRUNCATE kept"):
        assert not await is_allowed(app, attack), attack
    await owner.close()
    await app.close()
