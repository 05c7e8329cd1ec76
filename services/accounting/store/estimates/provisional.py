"""Runs of the model of open crossings: its dated rows, and the newest one's strata, back-test and cells."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import asyncpg
import numpy as np

from services.accounting.rules.estimates.backtest import Judged
from services.accounting.rules.estimates.breaks import Break
from services.accounting.rules.estimates.doubts import MonthDoubt
from services.accounting.rules.estimates.groups import OfSize
from services.accounting.rules.estimates.past import first_day
from services.accounting.rules.estimates.provisional import OpenModel
from services.accounting.rules.estimates.silence import HEARD, Heard
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


async def heard(connection: Connection) -> list[Heard]:
    """How many records in effect there are of each month, by fact and country."""
    found: list[Heard] = []
    for fact, told in HEARD.items():
        rows = await connection.fetch(
            """SELECT coalesce(body->>$3, '_T'), date_trunc('month', (body->>$2)::date)::date, count(*)
            FROM linkage.register_fact WHERE kind = $1 AND NOT withdrawn AND body->>$2 IS NOT NULL GROUP BY 1, 2""",
            fact,
            told.day,
            told.country or "",
        )
        found += [Heard(fact, row[0], _month(row[1]), row[2]) for row in rows]
    return found


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
    connection: Connection,
    run: Run,
    model: OpenModel | None,
    judged: Sequence[Judged],
    expected: Tally,
    sizes: Sequence[OfSize],
    doubts: Sequence[MonthDoubt],
    breaks: Sequence[Break],
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
        ("estimate_size", OfSize._fields, sizes),
        ("estimate_doubt", MonthDoubt._fields, [(_date(each.month), *each[1:]) for each in doubts]),
        ("estimate_break", Break._fields, [(each.series, _date(each.month), *each[2:]) for each in breaks]),
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


async def of_sizes(connection: Connection) -> list[OfSize]:
    """The newest run's back-test of groups, by size."""
    return [OfSize(*row) for row in await connection.fetch(f"SELECT {_SIZE} FROM estimate_size ORDER BY size")]  # noqa: S608


async def doubts(connection: Connection) -> list[MonthDoubt]:
    """What the newest run doubts, by month and direction."""
    rows = await connection.fetch(f"SELECT {_DOUBT} FROM estimate_doubt ORDER BY month, arrival")  # noqa: S608
    return [MonthDoubt(_month(row[0]), *row[1:]) for row in rows]


async def breaks(connection: Connection) -> list[Break]:
    """The months that the newest run found to break, by series."""
    rows = await connection.fetch("SELECT series, month, seen, usual FROM estimate_break ORDER BY series, month")
    return [Break(row[0], _month(row[1]), *row[2:]) for row in rows]


_SIZE = ", ".join(OfSize._fields)
_DOUBT = ", ".join(MonthDoubt._fields)


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
