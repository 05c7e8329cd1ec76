"""The commands of deploy/runbooks/backup-and-restore.md bring everything back: records, events, and who may do what."""

import subprocess
from pathlib import Path

import asyncpg
import pytest

from deploy import databases
from deploy.databases import DatabaseSpec
from deploy.local.postgres import Server
from services.portal.app import make_app
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase

RUNBOOK = Path("deploy/runbooks/backup-and-restore.md")
DUMP = ["pg_dump", "-U", "postgres", "-Fc"]
REACHED = """SELECT table_schema || '.' || table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = current_user AND has_schema_privilege(table_schema, 'USAGE') ORDER BY 1, 2"""
RESTORE = ["pg_restore", "-U", "postgres", "--clean", "--if-exists", "--exit-on-error", "--dbname"]


def run(server: Server, command: list[str], database: str, data: bytes | None = None) -> bytes:
    """A PostgreSQL program, as within the container: it finds server and password by itself."""
    program, *arguments = command
    reached = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGPASSWORD": server.password("postgres")}
    path = str(server._binaries.directory / program)
    return subprocess.run(
        [path, *arguments, database], env=reached, input=data, capture_output=True, check=True, timeout=60
    ).stdout


def test_the_runbook_says_what_is_tested() -> None:
    text = RUNBOOK.read_text("utf-8")
    assert " ".join(DUMP) in text
    assert " ".join(RESTORE) in text


async def test_a_restored_database_is_the_one_that_was_backed_up(start_api: StartApi, postgres_server: Server) -> None:
    portal = await start_api("portal", make_app)
    for _ in range(3):
        answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
        assert answer.status_code == 201
    before = await state(portal)
    name = portal.database.name

    dump = run(postgres_server, DUMP, name)
    await portal.engine.dispose()
    await postgres_server.drop_database(name)
    await databases.ensure(
        postgres_server.dsn("postgres"), DatabaseSpec.of(portal.database.owner_url, portal.database.app_url)
    )
    run(postgres_server, RESTORE, name, dump)

    assert await state(portal) == before
    answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
    assert answer.status_code == 201
    assert [event["position"] for event in await portal.events()] == [1, 2, 3, 4]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await forget_who_read(portal)


async def test_a_restored_accounting_is_divided_as_before(
    fresh_database: FreshDatabase, postgres_server: Server
) -> None:
    database = await fresh_database("accounting")
    urls = (database.app_url, database.intake_url, database.review_url)
    before = [await reach_of(url) for url in urls]

    dump = run(postgres_server, DUMP, database.name)
    await postgres_server.drop_database(database.name)
    await databases.ensure(postgres_server.dsn("postgres"), DatabaseSpec.of(database.owner_url, *urls))
    run(postgres_server, RESTORE, database.name, dump)

    assert [await reach_of(url) for url in urls] == before


async def reach_of(url: str) -> list[tuple[str, str]]:
    """The tables that a role can reach, and as what, where the schema lets it in."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return list(map(tuple, await connection.fetch(REACHED)))
    finally:
        await connection.close()


async def state(portal: Api) -> list[dict[str, object]]:
    """Records and events."""
    return [*await portal.rows("SELECT * FROM border_crossing ORDER BY id"), *await portal.events()]


async def forget_who_read(portal: Api) -> None:
    connection = await asyncpg.connect(portal.database.app_url.replace("+asyncpg", ""))
    try:
        await connection.execute("DELETE FROM access_log")
    finally:
        await connection.close()
