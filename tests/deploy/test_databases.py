"""The job that prepares PostgreSQL for the services, run as operators' machines run it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import Server

PASSWORD = "it's \\ a \"p%40ssword%2F"  # as an address holds it: %40 is @, %2F is /


@pytest.fixture
async def addresses(postgres_server: Server) -> AsyncIterator[dict[str, str]]:
    at = f"127.0.0.1:{postgres_server.port}/kosh_job"
    yield {
        "KOSH_JOB_OWNER_DATABASE_URL": f"postgresql+asyncpg://job_owner:{PASSWORD}@{at}",
        "KOSH_JOB_DATABASE_URL": f"postgresql+asyncpg://job_app:{PASSWORD}@{at}",
    }
    await postgres_server.drop_database("kosh_job")
    connection = await asyncpg.connect(postgres_server.dsn("postgres"))
    await connection.execute("DROP ROLE job_owner; DROP ROLE job_app")
    await connection.close()


def run(administrator: str, secrets: Path, addresses: dict[str, str]) -> None:
    (secrets / "kosh_postgres_admin_url").write_text(administrator)
    environment = os.environ | addresses | {"KOSH_SECRETS_DIR": str(secrets)}
    subprocess.run([sys.executable, "-m", "deploy.databases", "job"], env=environment, check=True, timeout=60)


async def execute(url: str, command: str) -> str:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return str(await connection.execute(command))
    finally:
        await connection.close()


async def test_owner_makes_tables_and_the_service_works_with_them(
    postgres_server: Server, addresses: dict[str, str], tmp_path: Path
) -> None:
    for _ in range(2):
        run(postgres_server.dsn("postgres"), tmp_path, addresses)
    owner, app = addresses.values()
    await execute(owner, "CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    assert await execute(app, "INSERT INTO thing (name) VALUES ('one')") == "INSERT 0 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(app, "CREATE TABLE other (id bigint)")


async def test_nobody_else_may_connect(postgres_server: Server, addresses: dict[str, str], tmp_path: Path) -> None:
    run(postgres_server.dsn("postgres"), tmp_path, addresses)
    await postgres_server.ensure_database("portal", name="kosh_portal_other")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(postgres_server.dsn("kosh_job", "kosh_portal_app"), "SELECT 1")
    await postgres_server.drop_database("kosh_portal_other")
