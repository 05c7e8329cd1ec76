"""Why national cells of the cube moved: sums by cause since the journal began, which a rebuild leaves alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import asyncpg
import numpy as np

from services.accounting.rules.figures.movements import Tally
from services.accounting.rules.releases.causes import NATIONAL, Cause, Causes

Connection = asyncpg.Connection
Place = tuple[str, str, str]
"""Of a released figure: dataflow, key, period."""


class Part(NamedTuple):
    """How much a cause has made of a figure."""

    flow: str
    key: str
    period: str
    cause: int
    value: int


Journal = Mapping[Cause, Mapping[int, int]]
"""Cause -> cell of the nation -> by how much it has moved the cell's count."""


async def note(connection: Connection, causes: Causes) -> None:
    """Adds what each cause moved. The one writer of accounting calls this."""
    rows = [
        (cell, int(cause), count)
        for cause, moved in causes.items()
        for cell, count in zip(moved.cells.tolist(), moved.counts.tolist(), strict=True)
    ]
    if rows:
        await connection.execute(
            """INSERT INTO cube_cause AS held (cell, cause, count) SELECT * FROM
            unnest($1::bigint[], $2::smallint[], $3::bigint[])
            ON CONFLICT (cell, cause) DO UPDATE SET count = held.count + excluded.count""",
            *map(list, zip(*rows, strict=True)),
        )


async def journal(connection: Connection) -> Journal:
    """All of it."""
    found: dict[Cause, dict[int, int]] = defaultdict(dict)
    for cell, cause, count in await connection.fetch("SELECT cell, cause, count FROM cube_cause WHERE count <> 0"):
        found[Cause(cause)][cell] = count
    return found


async def national_cube(connection: Connection) -> Tally:
    """The present cube, summed to the nation."""
    rows = await connection.fetch(
        "SELECT cell & $1 AS cell, sum(count)::bigint AS count FROM derived.cube GROUP BY 1 ORDER BY 1", NATIONAL
    )
    return Tally(*(np.array([row[name] for row in rows], np.int64) for name in ("cell", "count")))


async def freeze(connection: Connection, release: int, parts: Iterable[Part]) -> None:
    """Keeps, with a release that is being cut, what each cause has made of its figures since the journal began."""
    rows = [(release, *part) for part in parts]
    await connection.copy_records_to_table("released_cause", records=rows, columns=("release", *Part._fields))


async def frozen(connection: Connection, release: int) -> dict[Place, dict[Cause, int]]:
    """By dataflow, key and period: what each cause had made of the figure when the release was cut."""
    found: dict[Place, dict[Cause, int]] = defaultdict(dict)
    for flow, key, period, cause, value in await connection.fetch(
        "SELECT flow, key, period, cause, value FROM released_cause WHERE release = $1", release
    ):
        found[flow, key, period][Cause(cause)] = value
    return found
