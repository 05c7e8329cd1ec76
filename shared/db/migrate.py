"""Alembic migrations of a service, run by the database's owner, one process at a time, while the service works.

Each migration is a transaction of its own, so that a lock is held for one change, not for all that follow. Whoever
waits for a lock on a table holds up everybody behind it: so a migration waits for LOCK_TIMEOUT alone, lets them pass,
and tries again; what takes its time is made beside the work (shared.db.online).

Every service keeps its numbered files in `services/<service>/migrations/versions/`; the environment around them is
this module, so that lock and timeouts are the same everywhere.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.outages import log_outage, may_pass
from shared.db.revisions import versions

log = logging.getLogger(__name__)

FORMATTED = {
    "hooks": "ruff",
    "ruff.type": "exec",
    "ruff.executable": str(Path(sys.executable).with_name("ruff")),
    "ruff.options": "format --quiet REVISION_SCRIPT_FILENAME",
}
"""What is written is as `make check` wants it."""

MIGRATION_LOCK = 0x6D6F7665
LOCK_TIMEOUT: Final = "1s"
"""As long, at most, a reader or writer waits for a migration that waits for others."""
PAUSE: Final = 0.5
PATIENCE: Final = 600.0
"""Seconds for which what may pass (a table that is never free, a deadlock) is tried again; then it is an error."""


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
    """Brings the database to `revision`, going on where a former attempt ended. Waits for another process that
    migrates, and for tables that are in use; raises DBAPIError when they still are after PATIENCE."""
    asyncio.run(_upgrade(service, owner_url, revision))


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


async def _upgrade(service: str, owner_url: str, revision: str) -> None:
    engine, until = create_async_engine(owner_url, poolclass=NullPool), time.monotonic() + PATIENCE
    try:
        while not await _attempt(engine, service, revision, until):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
    finally:
        await engine.dispose()


async def _attempt(engine: AsyncEngine, service: str, revision: str, until: float) -> bool:
    """Whether all is migrated; false where it may go on after a while."""

    def migrate(connection: Connection) -> None:
        settings = config(service)
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)

    try:
        async with engine.connect() as connection:
            await _take_turn(connection)
            await connection.run_sync(migrate)
            await connection.commit()
    except DBAPIError as error:
        if not may_pass(error) or time.monotonic() > until:
            raise
        log_outage(log, f"the migration of {service}", error)
        return False
    return True


async def _take_turn(connection: AsyncConnection) -> None:
    """The lock is the session's, and ends with it. A statement that waited for it would hold up those of another
    process that makes an index concurrently: so it is asked for again and again."""
    while not await connection.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})")):
        await connection.rollback()
        await asyncio.sleep(PAUSE)
    await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    await connection.commit()


async def _with_connection(url: str, work: Callable[[Connection], None]) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(work)
    finally:
        await engine.dispose()
