"""The figures that count the registers' own records: labour, kandas, citizens abroad, moves, protection, stays."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import cast

import asyncpg

from services.accounting.rules.figures import series
from services.accounting.rules.figures.axes import NOWHERE
from services.accounting.rules.figures.dataflows import Dimension
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.register_figures import (
    ACTS,
    METHODS,
    REGISTER,
    STANDING,
    counted,
    period_end,
    periods_since,
    valued,
)
from services.accounting.rules.figures.series import PLACE, Counts, Measure, Row, chosen
from services.accounting.store.figures import register_counts
from services.accounting.store.figures.register_counts import CellKey
from shared import clock
from shared.kernel.periods import Frequency


async def register_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants. Raises TooMany."""
    acts = chosen(query, "INDICATOR", ACTS.get(query.flow.id, ()))
    standing = chosen(query, "INDICATOR", STANDING.get(query.flow.id, ()))
    method = METHODS.get(query.flow.id, REGISTER)
    frequencies = cast(list[Frequency], chosen(query, "FREQ", MONTHS))
    if not ((acts or standing) and frequencies and chosen(query, "METHOD", [method])):
        return []
    today = clock.today()
    first = await register_counts.first_day(connection, [*counted(acts), *standing])
    periods = {each: periods_since(first, today, each, query.start, query.end) for each in frequencies}
    ends = [period_end(each, number, period, today) for each in periods for number, period in periods[each]]
    places = [_place(*each) for each in zip(query.flow.dimensions[PLACE:], query.codes[PLACE:], strict=True)]
    rows: list[Row] = []
    for indicator in counted(acts):
        rows += await register_counts.acts(connection, indicator, places, frequencies, limit + 1)
    for indicator in standing:
        rows += await register_counts.stock(connection, indicator, places, ends, limit + 1)
    if len(rows) > limit:
        raise TooMany
    measure = Measure(method, [*acts, *standing], periods, partial(valued, today))
    return series.figures(query, measure, _merged(rows), limit)


def _place(dimension: Dimension, wanted: frozenset[str] | None) -> CellKey:
    total = dimension.total or ""
    finer = None if wanted is None else sorted(wanted - {total})
    return CellKey(total, wanted is None or total in wanted, finer is None or bool(finer), finer)


def _merged(rows: Sequence[Row]) -> list[Row]:
    """One row per place and period, with the counts of all indicators; none of a group that is not published."""
    counts: dict[tuple[Frequency, int, series.CellKey], dict[str, int]] = defaultdict(dict)
    for row in rows:
        if NOWHERE not in row.place:
            counts[row[:3]] |= row.counts
    return [Row(*at, cast(Counts, counted)) for at, counted in counts.items()]
