"""The period that the border feed covers: as declared, and as the derived tables were computed for."""

import asyncpg

from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage

Connection = asyncpg.Connection


async def declared(connection: Connection) -> Coverage:
    """What the feed's declarations in effect say together."""
    row = await connection.fetchrow(
        """SELECT min((body->>'register_start')::date), max((body->>'complete_through')::date)
        FROM register_fact WHERE kind = 'feed_coverage.v1' AND NOT withdrawn"""
    )
    if row is None or row[0] is None:
        return UNDECLARED
    return Coverage(day_number(row[0]), day_number(row[1]) + 1)


async def counted(connection: Connection) -> Coverage:
    """What the derived tables are computed for."""
    row = await connection.fetchrow("SELECT register_start, obs_end FROM derived.counted")
    return Coverage(*row) if row else UNDECLARED


async def set_counted(connection: Connection, coverage: Coverage, schema: str = "derived") -> None:
    """Remembers what the derived tables in `schema` are computed for."""
    await connection.execute(f"DELETE FROM {schema}.counted")  # noqa: S608  (our own names)
    if coverage != UNDECLARED:
        await connection.execute(f"INSERT INTO {schema}.counted (register_start, obs_end) VALUES ($1, $2)", *coverage)  # noqa: S608
