"""A service's role reads and adds rows; it changes or takes away only where a table says so: each is tried.

Where what identifies persons is kept apart, the service's role does not enter the linkage room and only reads figures:
the intake is the role that writes, the review reads the room and adds to the access log.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.exc import DBAPIError

from deploy import databases
from deploy.databases import LINKAGE
from deploy.local.postgres import Database, Server
from deploy.services import SERVICES, WITH_LINKAGE
from shared.db.grants import declared, default_deny
from shared.db.migrate import upgrade
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
async def writer(service: str, fresh_database: FreshDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The role that writes the service's rows."""
    database = await fresh_database(service)
    connection = await connected(database.intake_url or database.app_url)
    yield connection
    await connection.close()


@pytest.fixture
async def apart(fresh_database: FreshDatabase) -> Database:
    return await fresh_database("accounting")


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
async def test_only_what_a_table_declares_can_be_done_to_its_rows(service: str, writer: asyncpg.Connection) -> None:
    metadata = metadata_of(service)
    more = declared(metadata)
    wrong = [
        f"{name}: {verb} is {'allowed' if allowed else 'refused'}"
        for table in metadata.sorted_tables
        for verb, attack in attacks(table).items()
        for name in [f"{table.schema or 'public'}.{table.name}"]
        for allowed in [await is_allowed(writer, attack)]
        if allowed != (verb in more.get(name, ()))
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_table_is_forgotten(service: str, writer: asyncpg.Connection) -> None:
    more = declared(metadata_of(service))
    views = {f"{schema}.{name}" for schema, name in await writer.fetch("SELECT schemaname, viewname FROM pg_views")}
    for name, held in await writer.fetch(HELD):
        if name in views:
            assert set(held) == {"SELECT"}, name
            continue
        assert set(held) == {"SELECT", "INSERT", *more.get(name, ())}, name


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_declares_more_says_why(service: str) -> None:
    for table in metadata_of(service).sorted_tables:
        if "because" in table.info:
            assert len(table.info["because"].split()) > 2, table.name


async def reach_of(url: str) -> dict[str, set[str]]:
    connection = await connected(url)
    try:
        return {name: set(privileges) for name, privileges in await connection.fetch(HELD)}
    finally:
        await connection.close()


async def test_the_services_own_role_does_not_enter_the_linkage_room(apart: Database) -> None:
    tables = [table for table in metadata_of("accounting").sorted_tables if table.schema in LINKAGE]
    assert len(tables) == 14
    app = await connected(apart.app_url)
    for table in tables:
        for attack in (f"SELECT FROM {table.fullname}", f"INSERT INTO {table.fullname} DEFAULT VALUES"):
            assert not await is_allowed(app, attack), attack
        for column in table.columns:
            assert not await is_allowed(app, f'SELECT "{column.name}" FROM {table.fullname}'), column  # noqa: S608
    for schema in LINKAGE:
        assert not await is_allowed(app, f"CREATE TABLE {schema}.mine ()")
    await app.close()
    reached = await reach_of(apart.app_url)
    assert [name for name in reached if name.split(".")[0] in LINKAGE] == []
    figures = {name: verbs for name, verbs in reached.items() if name.startswith("derived.")}
    assert figures == {
        f"derived.{name}": {"SELECT"} for name in ("claims_without_likeness", "counted", "cube", "record")
    }


async def test_the_review_reads_the_linkage_room_and_leaves_a_row_of_it_alone(apart: Database) -> None:
    reached = await reach_of(apart.review_url)
    assert reached.pop("public.access_log") == {"INSERT"}
    assert reached.pop("linkage.word") == {"INSERT", "SELECT"}, "what a reviewer says is added, and never changed"
    assert {name.split(".")[0] for name in reached} == set(LINKAGE)
    assert {frozenset(verbs) for verbs in reached.values()} == {frozenset({"SELECT"})}


async def test_what_the_figures_read_of_records_says_a_pseudonym_and_no_key(apart: Database) -> None:
    app = await connected(apart.app_url)
    shown = await app.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'derived' AND table_name = 'record'"
    )
    assert {name for (name,) in shown} == {"kind", "person", "body"}
    await app.close()


async def test_a_database_from_before_the_linkage_room_is_divided_and_keeps_its_rows(
    postgres_server: Server, apart: Database
) -> None:
    administrator, name = postgres_server.dsn("postgres"), "kosh_accounting_before"
    of_now = [
        getattr(apart, url).replace(apart.name, name) for url in ("owner_url", "app_url", "intake_url", "review_url")
    ]
    await databases.ensure(administrator, databases.DatabaseSpec.of(*of_now[:2]))
    await asyncio.to_thread(upgrade, "accounting", of_now[0], "0007")
    app = await connected(of_now[1])
    await app.execute("INSERT INTO claim VALUES (7, 8, 9, 10, 11)")
    await app.close()
    with pytest.raises(DBAPIError, match="KOSH_ACCOUNTING_INTAKE_DATABASE_URL"):
        await asyncio.to_thread(upgrade, "accounting", of_now[0])

    await databases.ensure(administrator, databases.DatabaseSpec.of(*of_now))
    await asyncio.to_thread(upgrade, "accounting", of_now[0])

    for before, fresh in zip(of_now[1:], (apart.app_url, apart.intake_url, apart.review_url), strict=True):
        assert await reach_of(before) == await reach_of(fresh)
    review = await connected(of_now[3])
    assert await review.fetchval("SELECT number FROM linkage.claim") == 8
    await review.close()
    await postgres_server.drop_database(name)


def test_whoever_keeps_a_linkage_room_is_registered() -> None:
    kept = {service for service in SERVICES if any(t.schema in LINKAGE for t in metadata_of(service).sorted_tables)}
    assert kept == set(WITH_LINKAGE)


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
