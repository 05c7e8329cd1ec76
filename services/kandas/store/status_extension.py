"""Applications for an extension, by status."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import kandas_extension as table


async def count(connection: AsyncConnection, status: UUID, state: str, beside: UUID) -> int:
    """How many applications on the status are in `state`, without `beside`."""
    query = select(func.count()).where(table.c.status == status, table.c.state == state, table.c.id != beside)
    return int(await connection.scalar(query) or 0)
