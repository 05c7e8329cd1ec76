"""The figures of DF_STOCK: who is a resident on a reference date, by each method, as a running sum over the cube."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import cast

import asyncpg

from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.figures.flow_figures import along_axis, by_method, fit
from services.accounting.rules.figures import series
from services.accounting.rules.figures.axes import axis_of
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.flow_figures import (
    MONTHS,
    Formula,
    kinds,
    reference_months,
    reference_periods,
    told_of,
    total,
    valued,
)
from services.accounting.rules.figures.series import PLACE, CellKey, Counts, Measure, Row, chosen
from services.accounting.store import coverage as coverages
from services.accounting.store.figures.cube import CUBE, KEYED, sums
from shared.kernel.periods import Frequency, Period

Periods = Mapping[Frequency, Sequence[tuple[int, Period]]]


async def stock_figures(
    connection: asyncpg.Connection, query: Query, limit: int, *, keyed: bool = False
) -> list[Figure]:
    """Every figure that the query wants; `keyed`: with its record keys. Raises TooMany."""
    return await by_method(connection, query, limit, partial(_by_method, keyed=keyed), stocks=True)


async def _by_method(
    connection: asyncpg.Connection, query: Query, method: str, formulas: dict[str, Formula], limit: int, *, keyed: bool
) -> list[Figure]:
    frequencies = cast(list[Frequency], chosen(query, "FREQ", MONTHS))
    coverage = told_of(await coverages.counted(connection), formulas.values())
    first, beyond = reference_months(coverage)
    if not frequencies or first == beyond:
        return []
    along = [along_axis(axis_of(each.id), query.of(each.id)) for each in query.flow.dimensions[PLACE:]]
    periods = {each: list(reference_periods(each, coverage, query.start, query.end)) for each in frequencies}
    months = (first - 1, beyond - 1)  # of what happened before the last reference date; the first is the start
    most = limit // max(1, sum(map(len, periods.values())))
    try:
        if not await fit(connection, along, months, formulas.values(), most):
            raise TooMany
        rows = (most + 1) * len(range(*months))
        found = await sums(connection, along, ["M"], months, kinds(formulas.values()), rows, KEYED if keyed else CUBE)
    except TimeoutError:
        raise TooMany from None
    measure = Measure(method, list(formulas), periods, partial(valued, coverage, formulas), partial(total, formulas))
    return await beside_the_loop(
        len(found), lambda: series.figures(query, measure, _running(found.rows(), first - 1, periods), limit)
    )


def _running(rows: Sequence[Row], start: int, periods: Periods) -> Iterator[Row]:
    """What had been counted in each place by the reference date of each period."""
    changes: dict[CellKey, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        changes[row.place][row.period] = row
    for place, found in changes.items():
        several = [found.get(month) for month in range(start, max(found) + 1)]
        counts = list(accumulate((row.counts if row else _NOTHING for row in several), _added, initial=_NOTHING))
        keys = list(accumulate((row.keys if row else _NOTHING for row in several), _added, initial=_NOTHING))
        for frequency, of_frequency in periods.items():
            for number, _ in of_frequency:
                passed = min(number * MONTHS[frequency] - start, len(several))
                yield Row(frequency, number, place, counts[passed], keys[passed])


_NOTHING: Counts = {}


def _added(one: Counts, other: Counts) -> Counts:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in {*one, *other}} if other else one
