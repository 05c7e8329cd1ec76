"""One writer: whoever holds this lock may change facts and figures. Rebuild takes it too, so the two never meet.

The lock belongs to the connection that also writes: a writer that has lost it has lost its connection, and cannot write.
"""

import asyncio

import asyncpg

Connection = asyncpg.Connection

WRITER = 0x61636374  # "acct"; advisory locks are per database
PATIENCE = 1.0


async def become_writer(connection: Connection) -> None:
    """Waits until no other process writes. The lock ends with the connection."""
    while not await connection.fetchval(f"SELECT pg_try_advisory_lock({WRITER})"):
        await asyncio.sleep(PATIENCE)
