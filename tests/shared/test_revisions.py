"""Every service's migrations: numbered, and with what autogeneration does not see."""

import asyncio
import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Date, Index, Integer, MetaData, Table, text

from deploy.local.postgres import Database
from deploy.services import REGISTERS, SERVICES
from services.consular.store import tables
from shared.db import revisions
from shared.db.migrate import config, drift, generate, upgrade
from shared.db.revisions import head
from shared.testing.postgres import FreshDatabase

ROOT = Path(__file__).resolve().parents[2]
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'outbox'::regclass AND NOT tgisinternal ORDER BY tgname"
MAY = "SELECT privilege FROM unnest($1::text[]) AS privilege WHERE has_table_privilege('access_log', privilege)"


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_file_is_the_newest_revision(service: str) -> None:
    assert head(service) == ScriptDirectory.from_config(config(service)).get_current_head()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_make_the_tables_of_the_code(service: str, fresh_database: FreshDatabase) -> None:
    database = await fresh_database(service)
    metadata = importlib.import_module(f"services.{service}.store.tables").metadata
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []


async def test_a_generated_first_migration_has_all_that_a_register_needs(
    empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is added by hand: the tables say which statements follow them."""
    monkeypatch.setattr(revisions, "ROOT", tmp_path)
    revisions.versions("consular").mkdir(parents=True)
    database = await empty_database("consular")
    await asyncio.to_thread(generate, "consular", database.owner_url, tables.metadata, "first tables")
    await asyncio.to_thread(upgrade, "consular", database.owner_url)

    assert await asyncio.to_thread(drift, database.owner_url, tables.metadata) == []
    await _orders_its_outbox_and_protects_its_access_log(database)
    (written,) = revisions.versions("consular").glob("*.py")
    await asyncio.to_thread(_check_style, written)


async def test_a_generated_index_on_a_table_that_is_there_is_made_beside_the_work(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = revisions.versions("consular")
    monkeypatch.setattr(revisions, "ROOT", tmp_path)
    shutil.copytree(known, revisions.versions("consular"), ignore=shutil.ignore_patterns("__pycache__"))
    wanted = MetaData()
    for table in tables.metadata.tables.values():
        table.to_metadata(wanted)
    outbox = wanted.tables["outbox"]
    Index("outbox_tried", outbox.c.position, postgresql_where=text("position % 2 = 0"))
    Table("tried", wanted, Column("id", Integer, primary_key=True), Column("at", Date, index=True))
    database = await fresh_database("consular")
    await asyncio.to_thread(generate, "consular", database.owner_url, wanted, "an index")
    await asyncio.to_thread(upgrade, "consular", database.owner_url)
    assert await asyncio.to_thread(drift, database.owner_url, wanted) == []
    written = max(revisions.versions("consular").glob("*.py"))
    said = written.read_text()
    assert 'online.create_index("outbox_tried", "outbox", "(position) WHERE position % 2 = 0")' in said
    assert said.count("create_index(") == 2, "that of a new table needs no other way"
    await asyncio.to_thread(_check_style, written)


def _check_style(written: Path) -> None:
    """As `make check` looks at it."""
    for command in (["format", "--check"], ["check"]):
        ruff, rules = Path(sys.executable).with_name("ruff"), ROOT / "pyproject.toml"
        subprocess.run([ruff, *command, "--config", rules, written], check=True, timeout=60)


@pytest.mark.parametrize("service", REGISTERS)
async def test_the_first_migration_of_a_register_orders_its_outbox_and_protects_its_access_log(
    service: str, fresh_database: FreshDatabase
) -> None:
    """IN_COMMIT_ORDER and IN_ITS_EPOCH of shared/outbox, APPEND_ONLY of shared/audit. Without the first a feed passes
    over events that are committed late, without the second a service can rewrite who read what."""
    await _orders_its_outbox_and_protects_its_access_log(await fresh_database(service))


async def _orders_its_outbox_and_protects_its_access_log(database: Database) -> None:
    connection = await asyncpg.connect(database.app_url.replace("+asyncpg", ""))
    try:
        triggers = [row["tgname"] for row in await connection.fetch(TRIGGERS)]
        assert triggers == ["outbox_in_commit_order", "outbox_in_its_epoch"]
        privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"]
        assert [row["privilege"] for row in await connection.fetch(MAY, privileges)] == ["SELECT", "INSERT"]
    finally:
        await connection.close()
