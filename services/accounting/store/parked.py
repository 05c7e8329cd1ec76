"""Parked events as operators see them: never their content."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class ListedEvent(NamedTuple):
    """`type` is None where not even that could be read; `resend`: it waits to be taken up again."""

    id: int
    source: str
    type: str | None
    reason: str
    parked_at: datetime
    resend: bool


_LIST = text("""
SELECT id, source, type, reason, parked_at, resend FROM parked_event
WHERE id > :after AND source = coalesce(CAST(:source AS text), source) ORDER BY id LIMIT :limit
""")


async def parked(connection: AsyncConnection, source: str | None, after: int, limit: int) -> list[ListedEvent]:
    """Those of one source or of all, oldest first."""
    found = await connection.execute(_LIST, {"source": source, "after": after, "limit": limit})
    return [ListedEvent(*row) for row in found]
