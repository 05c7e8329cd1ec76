"""Every service's migrations: numbered, and with what autogeneration does not see."""

import asyncio
import importlib

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from deploy.services import REGISTERS, SERVICES
from shared.db.migrate import config, drift
from shared.db.revisions import head
from shared.testing.postgres import FreshDatabase

TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'outbox'::regclass AND NOT tgisinternal"
MAY = "SELECT privilege FROM unnest($1::text[]) AS privilege WHERE has_table_privilege('access_log', privilege)"


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_file_is_the_newest_revision(service: str) -> None:
    assert head(service) == ScriptDirectory.from_config(config(service)).get_current_head()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_make_the_tables_of_the_code(service: str, fresh_database: FreshDatabase) -> None:
    database = await fresh_database(service)
    metadata = importlib.import_module(f"services.{service}.store.tables").metadata
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []


@pytest.mark.parametrize("service", REGISTERS)
async def test_the_first_migration_of_a_register_orders_its_outbox_and_protects_its_access_log(
    service: str, fresh_database: FreshDatabase
) -> None:
    """What alembic does not generate: IN_COMMIT_ORDER of shared/outbox and APPEND_ONLY of shared/audit. Without the
    first a feed passes over events that are committed late, without the second a service can rewrite who read what."""
    database = await fresh_database(service)
    connection = await asyncpg.connect(database.app_url.replace("+asyncpg", ""))
    try:
        assert [row["tgname"] for row in await connection.fetch(TRIGGERS)] == ["outbox_in_commit_order"]
        privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"]
        assert [row["privilege"] for row in await connection.fetch(MAY, privileges)] == ["SELECT", "INSERT"]
    finally:
        await connection.close()
