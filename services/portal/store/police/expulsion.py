"""Expulsions whose ban on entry is not on record yet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_WITHOUT_BAN = text("""
SELECT id, CAST(body AS text) AS body FROM expulsion
WHERE NOT withdrawn AND body->>'barred_until' IS NOT NULL
    AND NOT EXISTS (SELECT FROM entry_ban WHERE entry_ban.source_id = 'expulsion:' || CAST(expulsion.id AS text))
ORDER BY id LIMIT :limit
""")


async def without_ban(connection: AsyncConnection, limit: int) -> Sequence[Any]:
    """Expulsions in effect that name a last day of a ban and have none, oldest first: `id` and `body`."""
    return (await connection.execute(_WITHOUT_BAN, {"limit": limit})).all()
