"""One writer: whoever holds this lock may change facts and figures. Rebuild takes it too, so the two never meet.

The lock belongs to the connection that also writes: a writer that has lost it has lost its connection too.
"""

import asyncio

import asyncpg

Connection = asyncpg.Connection

WRITER = 0x61636374  # "acct"; advisory locks are per database
PATIENCE = 1.0


async def become_writer(connection: Connection) -> None:
    """Waits until no other process writes. The lock ends with the connection."""
    while True:  # a statement that waits in the server would hold back vacuum all the while
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", WRITER):
            return
        await asyncio.sleep(PATIENCE)
