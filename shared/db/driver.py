"""The driver's own connection below SQLAlchemy's, for cursors, COPY and statements that are run for every event."""

from collections.abc import Sequence
from typing import Any, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN = text("SELECT 1")  # SQLAlchemy begins the transaction with its first statement


async def driver(connection: AsyncConnection) -> asyncpg.Connection:
    """asyncpg's connection; it shares the transaction that `connection` has begun by its first statement, if any."""
    return cast(asyncpg.Connection, (await connection.get_raw_connection()).driver_connection)


async def begun(connection: AsyncConnection) -> asyncpg.Connection:
    """asyncpg's connection in the transaction of `connection`, which begins with it."""
    await connection.execute(_BEGIN)
    return await driver(connection)


async def copy_rows(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Adds rows by COPY: no other way takes many as cheaply. Joins the running transaction, or begins one."""
    direct = await driver(connection)
    if not direct.is_in_transaction():
        await connection.execute(_BEGIN)
    await direct.copy_records_to_table(table, columns=columns, records=rows)
