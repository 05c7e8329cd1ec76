"""The sums that do not hold between the figures of a release, frozen with it."""

from collections.abc import Iterable

import asyncpg

from services.accounting.rules.releases.sums import Gap

Connection = asyncpg.Connection


async def add(connection: Connection, release: int, gaps: Iterable[Gap]) -> None:
    """Freezes those of a release that is being cut."""
    rows = [(release, *gap) for gap in gaps]
    await connection.copy_records_to_table("released_gap", records=rows, columns=("release", *Gap._fields))


async def read(connection: Connection, release: int) -> list[Gap]:
    """Those of a release, withheld ones too, in the order of their wholes."""
    rows = await connection.fetch(
        f"SELECT {', '.join(Gap._fields)} FROM released_gap WHERE release = $1 ORDER BY flow, key, period, parts",  # noqa: S608
        release,
    )
    return [Gap(*row) for row in rows]
