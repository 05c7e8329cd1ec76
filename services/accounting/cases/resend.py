"""Taking up again what was parked, after its cause was mended. The intake does it; this only asks it to."""

import asyncpg

from services.accounting.store import sources


async def resend(dsn: str, source: str | None) -> int:
    """Marks the parked events of one source, or of all, and resumes reading. Returns how many were marked."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            return await sources.resend(connection, source)
    finally:
        await connection.close()
