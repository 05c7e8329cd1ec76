"""The figures that count the registers' own records: labour, kandas, citizens abroad, moves, protection, stays."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import cast

import asyncpg

from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.indicators import Acts, Difference, Standing, parts, wanted
from services.accounting.rules.figures import series
from services.accounting.rules.figures.axes import NOWHERE
from services.accounting.rules.figures.dataflows import Dimension
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.register_figures import (
    PeriodEnd,
    period_end,
    periods_since,
    reference_date,
    total,
    valued,
)
from services.accounting.rules.figures.series import PLACE, Measure, Row, chosen
from services.accounting.rules.releases.equations import STOCK_AGE
from services.accounting.store.figures import register_counts
from services.accounting.store.figures.register_counts import CellKey, Counted, Found
from shared import clock
from shared.kernel.periods import Frequency, Period


async def register_figures(
    connection: asyncpg.Connection, query: Query, limit: int, *, keyed: bool = False
) -> list[Figure]:
    """Every figure that the query wants; `keyed`: with its record keys. Raises TooMany, and TimeoutError where the
    database takes too long."""
    found = [each for each in wanted(query) if isinstance(each.source, Acts | Standing | Difference)]
    known = ("A",) if query.flow.id == STOCK_AGE else MONTHS  # a cohort tells the age on the first day of a year alone
    frequencies = cast(list[Frequency], chosen(query, "FREQ", known))
    if not (found and frequencies):
        return []
    (method,) = {each.method for each in found}
    made_of = {each.code: [part.code for part in parts(each)] for each in found}
    sources = {part.code: part.source for each in found for part in parts(each)}
    acts = [
        Counted(code, source.records, source.persons) for code, source in sources.items() if isinstance(source, Acts)
    ]
    standing = {code: source for code, source in sources.items() if isinstance(source, Standing)}
    on_first_day = frozenset(code for code, source in standing.items() if source.on_first_day)
    today = clock.today()
    behind = [source.records for source in sources.values() if isinstance(source, Acts | Standing)]
    first = await register_counts.first_day(connection, behind, keyed)
    if first is None:
        return []
    periods = {each: periods_since(first, today, each, query.start, query.end) for each in frequencies}
    places = [_place(*each) for each in zip(query.flow.dimensions[PLACE:], query.codes[PLACE:], strict=True)]
    found_counts = [
        *[await register_counts.acts(connection, each, places, frequencies, limit + 1, keyed) for each in acts],
        *[
            await register_counts.stock(
                connection, Counted(code, each.records), places, _days(each, periods, today), limit + 1, keyed
            )
            for code, each in standing.items()
        ],
    ]
    if (size := sum(map(len, found_counts))) > limit:
        raise TooMany
    valuing = partial(valued, today, made_of, on_first_day)
    measure = Measure(method, list(made_of), periods, valuing, partial(total, made_of))
    return await beside_the_loop(size, lambda: series.figures(query, measure, _merged(found_counts), limit))


def _days(standing: Standing, periods: Mapping[Frequency, list[tuple[int, Period]]], today: date) -> list[PeriodEnd]:
    """Of each period the day on which it is counted who stands."""
    every = [(each, number, period) for each in periods for number, period in periods[each]]
    if standing.on_first_day:
        return [reference_date(*each) for each in every]
    return [period_end(*each, today) for each in every]


def _place(dimension: Dimension, wanted: frozenset[str] | None) -> CellKey:
    total = dimension.total or ""
    finer = None if wanted is None else sorted(wanted - {total})
    return CellKey(total, wanted is None or total in wanted, finer is None or bool(finer), finer)


def _merged(found: Sequence[Found]) -> list[Row]:
    """One row per place and period, with the counts of all indicators; none of a group that is not published."""
    counts: dict[tuple[Frequency, int, series.CellKey], tuple[dict[str, int], dict[str, int]]] = {}
    for row in chain.from_iterable(each.rows() for each in found):
        if NOWHERE not in row.place:
            counted, keys = counts.setdefault(row[:3], ({}, {}))
            counted |= row.counts
            keys |= row.keys
    return [Row(*at, counted, keys) for at, (counted, keys) in counts.items()]
