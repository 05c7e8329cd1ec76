"""Runs of the model of open crossings: its dated rows, and the newest one's strata, back-test and cells."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import asyncpg
import numpy as np

from services.accounting.rules.estimates.backtest import Judged
from services.accounting.rules.estimates.past import first_day
from services.accounting.rules.estimates.provisional import OpenModel
from services.accounting.rules.figures.dimensions import day_of
from services.accounting.rules.figures.movements import Tally
from services.accounting.rules.residence.reckoning import Coverage

Connection = asyncpg.Connection

CELLS = "estimate_cell"
LOCK = 0x6573746D  # "estm"; advisory locks are per database


class Run(NamedTuple):
    """One run of the model; `vintages` are the first and the last month it was learned from (since 1970), None where
    there was no past to learn from; `open` how many crossings it estimated."""

    made_at: datetime
    version: str
    coverage: Coverage
    vintages: tuple[int, int] | None
    open: int


async def become_estimator(connection: Connection) -> None:
    """Nobody else runs the model until `make_way`, or the end of the connection."""
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)


async def make_way(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def newest(connection: Connection) -> Run | None:
    """The newest run."""
    row = await connection.fetchrow(
        """SELECT made_at, version, register_start, obs_end, first_vintage, last_vintage, open
        FROM estimate_run ORDER BY id DESC LIMIT 1"""
    )
    if row is None:
        return None
    made_at, version, start, end, first, last, open = row
    months = (_month(first), _month(last)) if first else None
    return Run(made_at, version, Coverage(start, end), months, open)


async def add(
    connection: Connection, run: Run, model: OpenModel | None, judged: Sequence[Judged], expected: Tally
) -> None:
    """Adds a run; what it found takes the place of what the run before did."""
    first, last = map(_date, run.vintages) if run.vintages else (None, None)
    parts = (model.base, model.spread.ravel(), model.widening) if model else ()
    await connection.execute(
        """INSERT INTO estimate_run (made_at, version, register_start, obs_end, first_vintage, last_vintage, open,
            base, spread, widening) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        run.made_at,
        run.version,
        *run.coverage,
        first,
        last,
        run.open,
        *([each.tolist() for each in parts] or ([], [], [])),
    )
    for table, columns, rows in (
        ("estimate_stratum", ("level", "stratum", "open", "migrations", "probability"), _strata(model)),
        ("estimate_judged", Judged._fields, [(_date(each.vintage), *each[1:]) for each in judged]),
        (CELLS, ("cell", "count"), list(zip(expected.cells.tolist(), expected.counts.tolist(), strict=True))),
    ):
        await connection.execute(f"DELETE FROM {table}")  # noqa: S608  (our own names)
        await connection.copy_records_to_table(table, records=rows, columns=columns)


async def judged(connection: Connection) -> list[Judged]:
    """The newest run's back-test, in order."""
    rows = await connection.fetch(
        "SELECT vintage, span, arrival, naive, value, error, final FROM estimate_judged ORDER BY vintage, span, arrival"
    )
    return [Judged(_month(row[0]), *row[1:]) for row in rows]


def _strata(model: OpenModel | None) -> list[tuple[object, ...]]:
    return [
        (level, *row)
        for level, step in enumerate(model.steps if model else ())
        for row in zip(*(each.tolist() for each in step[2:]), strict=True)
    ]


def _date(month: int) -> date:
    return day_of(int(first_day(month)))


def _month(day: date) -> int:
    return int(np.datetime64(day, "M").astype(np.int64))
