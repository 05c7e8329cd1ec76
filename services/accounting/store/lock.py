"""One writer: whoever holds this lock may change facts and figures. Rebuild takes it too, and so do the migrations, so
they never meet. A process of a version before that of the database does not write any more.

The lock belongs to the connection that also writes: a writer that has lost it has lost its connection too.
"""

import asyncio
import logging

import asyncpg

from shared.db.revisions import head

log = logging.getLogger(__name__)

Connection = asyncpg.Connection

WRITER = 0x61636374  # "acct"; advisory locks are per database
REBUILD = 0x72656275  # "rebu": held from when a rebuild asks for its turn until it has ended
PATIENCE = 1.0


async def become_writer(connection: Connection) -> None:
    """Waits until no other process writes or is to rebuild. The lock ends with the connection. Waits for ever where a
    newer version has migrated: what this one wrote would lack what that one reads."""
    told = False
    while True:
        if not await is_rebuild_due(connection) and await _try(connection, WRITER):
            if not await _is_superseded(connection):
                return
            await connection.execute("SELECT pg_advisory_unlock($1)", WRITER)
            if not told:
                log.warning("this process stands by for good: a newer version has migrated its database")
                told = True
        await asyncio.sleep(PATIENCE)


async def take_over_writer(connection: Connection) -> None:
    """Asks the present writer to stand by, and waits until it does: for a rebuild or migration, until its connection
    ends."""
    for lock in (REBUILD, WRITER):
        while True:
            if await _try(connection, lock):
                break
            await asyncio.sleep(PATIENCE)


async def release(connection: Connection) -> None:
    """Lets the intake write again after that."""
    await connection.execute("SELECT pg_advisory_unlock($1), pg_advisory_unlock($2)", WRITER, REBUILD)


async def is_rebuild_due(connection: Connection) -> bool:
    """Whether a rebuild has asked for its turn, or has it."""
    return not await connection.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", REBUILD)


async def _is_superseded(connection: Connection) -> bool:
    """Whether the database is of a newer version than this code; asked under the lock, under which it is migrated."""
    found: str = await connection.fetchval("SELECT coalesce(max(version_num), '') FROM alembic_version")
    return found > (head("accounting") or "")


async def _try(connection: Connection, lock: int) -> bool:
    """One attempt: a statement that waits in the server would hold back vacuum all the while."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock)
    return taken
