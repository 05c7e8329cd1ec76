"""Alembic migrations of a service, run by the database's owner, one process at a time.

Every service keeps its numbered files in `services/<service>/migrations/versions/`; the environment around them is
this module, so that lock and timeouts are the same everywhere.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.revisions import versions

FORMATTED = {
    "hooks": "ruff",
    "ruff.type": "exec",
    "ruff.executable": str(Path(sys.executable).with_name("ruff")),
    "ruff.options": "format --quiet REVISION_SCRIPT_FILENAME",
}
"""What is written is as `make check` wants it."""

MIGRATION_LOCK = 0x6D6F7665


def config(service: str) -> Config:
    """Alembic's configuration for `service`."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    settings.set_main_option("version_locations", str(versions(service)))
    settings.set_main_option("path_separator", "os")
    for name, value in FORMATTED.items():
        settings.set_section_option("post_write_hooks", name, value)
    return settings


def upgrade(service: str, owner_url: str, revision: str = "head") -> None:
    """Brings the database to `revision`. Waits for another process that migrates; gives a blocked table 5 s."""
    asyncio.run(_with_connection(owner_url, lambda connection: _upgrade(connection, service, revision)))


def generate(service: str, owner_url: str, metadata: MetaData, message: str) -> None:
    """Writes the next numbered migration from the difference between `metadata` and the database."""

    def write(connection: Connection) -> None:
        settings = config(service)
        settings.attributes |= {"connection": connection, "metadata": metadata}
        known = list(ScriptDirectory.from_config(settings).walk_revisions())
        command.revision(settings, message, autogenerate=True, rev_id=f"{len(known) + 1:04d}")

    asyncio.run(_with_connection(owner_url, write))


def drift(owner_url: str, metadata: MetaData) -> list[str]:
    """What the tables in the code and those in the migrated database differ in; empty when they agree."""
    found: list[str] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_schemas": True}
        )
        found.extend(str(difference) for difference in compare_metadata(context, metadata))

    asyncio.run(_with_connection(owner_url, compare))
    return found


def _upgrade(connection: Connection, service: str, revision: str) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    settings = config(service)
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)


async def _with_connection(url: str, work: Callable[[Connection], None]) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(work)
    await engine.dispose()
