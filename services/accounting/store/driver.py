"""The driver's own connection below SQLAlchemy's, for cursors, COPY and statements that are run for every event."""

from typing import cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection


async def driver(connection: AsyncConnection) -> asyncpg.Connection:
    """asyncpg's connection; it shares the transaction that `connection` has begun by its first statement, if any."""
    return cast(asyncpg.Connection, (await connection.get_raw_connection()).driver_connection)
