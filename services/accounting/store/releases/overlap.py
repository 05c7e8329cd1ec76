"""National cells by the present version of the method and by the one before it, as the newest rebuild counted both."""

from collections import defaultdict
from collections.abc import Mapping

import asyncpg

from services.accounting.rules.figures.movements import Tally

Connection = asyncpg.Connection


async def replace(connection: Connection, by_version: Mapping[str, Tally]) -> None:
    """Makes these all that there is. `connection` is the owner's."""
    await connection.execute("DELETE FROM method_overlap")
    rows = [
        (version, cell, count)
        for version, cells in by_version.items()
        for cell, count in zip(cells.cells.tolist(), cells.counts.tolist(), strict=True)
    ]
    await connection.copy_records_to_table("method_overlap", records=rows, columns=("method_version", "cell", "count"))


async def read(connection: Connection) -> dict[str, dict[int, int]]:
    """Version -> cell -> count."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for version, cell, count in await connection.fetch("SELECT method_version, cell, count FROM method_overlap"):
        found[version][cell] = count
    return found
