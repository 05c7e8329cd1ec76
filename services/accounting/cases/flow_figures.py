"""The figures of DF_FLOW by the 12/16-month rule, from the cube."""

from functools import partial
from typing import cast

import asyncpg

from services.accounting.rules import series
from services.accounting.rules.axes import Axis, axes
from services.accounting.rules.figures import Figure, Query, TooMany
from services.accounting.rules.flow_figures import (
    FORMULAS,
    MONTHS,
    covered_periods,
    kinds,
    months_within,
    valued,
)
from services.accounting.rules.series import Measure, chosen
from services.accounting.store import coverage as coverages
from services.accounting.store.cube import Along, places, sums
from shared.kernel.periods import Frequency

METHOD = "M1216"


async def flow_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants. Raises TooMany."""
    indicators = chosen(query, "INDICATOR", FORMULAS)
    frequencies = cast(list[Frequency], chosen(query, "FREQ", MONTHS))
    if not (indicators and frequencies and chosen(query, "METHOD", [METHOD])):
        return []
    coverage = await coverages.counted(connection)
    along = [_along(axis, query.of(axis.dimension)) for axis in axes()]
    months = months_within(coverage, query.start, query.end)
    periods = {each: list(covered_periods(each, coverage, query.start, query.end)) for each in frequencies}
    try:
        if not await _fit(connection, along, months, indicators, limit // max(1, sum(map(len, periods.values())))):
            raise TooMany
        rows = await sums(connection, along, frequencies, months, kinds(indicators), limit + 1)
    except TimeoutError:
        raise TooMany from None
    if len(rows) > limit:
        raise TooMany
    return series.figures(query, Measure(METHOD, indicators, periods, partial(valued, coverage)), rows, limit)


async def _fit(
    connection: asyncpg.Connection, along: list[Along], months: tuple[int, int], indicators: list[str], series: int
) -> bool:
    """Whether the finest places alone make no more than so many series: each has a figure for every period."""
    if sum(bool(each.levels) for each in along) < 2:
        return True
    counting = sorted({kind for name in indicators for kind in FORMULAS[name].plus | FORMULAS[name].minus})
    return await places(connection, along, months, counting, series + 1) <= series


def _along(axis: Axis, wanted: frozenset[str] | None) -> Along:
    levels, total = axis.chosen(wanted)
    return Along(axis, levels, total, None if wanted is None or total else axis.numbers(wanted))
