"""Which state of each pool others were told last, so that only what has changed is told again."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

TOLD_LOCK = 0x746F6C64  # "told": first half of the advisory lock's key, the year is the second


@dataclass(frozen=True, slots=True)
class Told:
    """The number of the last event about a pool, and the places that it told."""

    version: int
    state: str


_TOLD = text("SELECT subject, version, state FROM quota_told WHERE subject LIKE :years")
_TELL = text("""
INSERT INTO quota_told (subject, version, state)
SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:versions AS int[]), CAST(:states AS text[]))
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, state = excluded.state
""")


async def told(connection: AsyncConnection, year: int) -> Mapping[str, Told]:
    """What was told of a year's pools, by subject; nobody else tells of them until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(TOLD_LOCK, year)))
    rows = await connection.execute(_TOLD, {"years": f"{year}:%"})
    return {row.subject: Told(row.version, row.state) for row in rows}


async def tell(connection: AsyncConnection, told: Mapping[str, Told]) -> None:
    """Notes what is told now."""
    if told:
        values = list(told.values())
        arrays = {"versions": [each.version for each in values], "states": [each.state for each in values]}
        await connection.execute(_TELL, {"subjects": list(told), **arrays})
