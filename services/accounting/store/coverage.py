"""The period that the border feed covers: as declared, and as the derived tables were computed for."""

import asyncpg

from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage
from services.accounting.store.members import day
from shared.events.portal import FeedCoverage

Connection = asyncpg.Connection

_DECLARED = f"""
SELECT min({day(FeedCoverage, "register_start")}), max({day(FeedCoverage, "complete_through")})
FROM linkage.register_fact WHERE kind = '{FeedCoverage.NAME}' AND NOT withdrawn
"""  # noqa: S608  (names of our own members)


async def declared(connection: Connection) -> Coverage:
    """What the feed's declarations in effect say together."""
    row = await connection.fetchrow(_DECLARED)
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
