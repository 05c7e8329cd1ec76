"""The figures of DF_BORDER: all crossings of the border by direction, and those that were not recorded but imputed."""

from functools import partial
from typing import Final, cast

import asyncpg

from services.accounting.rules import series
from services.accounting.rules.axes import axes
from services.accounting.rules.figures import Figure, Query
from services.accounting.rules.flow_figures import MONTHS, covered_periods, months_within, status
from services.accounting.rules.movements import Indicator
from services.accounting.rules.reckoning import Coverage
from services.accounting.rules.series import PLACE, Counts, Measure, Row, chosen
from services.accounting.store import coverage as coverages
from services.accounting.store.cube import Along, sums
from shared.kernel.periods import Frequency, Period

METHOD: Final = "REGISTER"
KINDS: Final = {
    "ENTRIES": Indicator.ARRIVALS,
    "EXITS": Indicator.DEPARTURES,
    "ENTRIES_IMPUTED": Indicator.ARRIVALS_IMPUTED,
    "EXITS_IMPUTED": Indicator.DEPARTURES_IMPUTED,
}


async def border_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """What the query wants of the national totals; finer ones are not counted yet. Raises TooMany."""
    nation = query.national()
    indicators = chosen(query, "INDICATOR", KINDS)
    frequencies = cast(list[Frequency], chosen(query, "FREQ", MONTHS))
    if nation is None or not (indicators and frequencies and chosen(query, "METHOD", [METHOD])):
        return []
    coverage = await coverages.counted(connection)
    along = [Along(axis, [], total=True, numbers=None) for axis in axes()]
    months = months_within(coverage, query.start, query.end)
    rows = await sums(connection, along, frequencies, months, [KINDS[each] for each in indicators], limit + 1)
    place = tuple(each.total or "" for each in query.flow.dimensions[PLACE:])
    national = [Row(row.frequency, row.period, place, row.counts) for row in rows]
    periods = {each: list(covered_periods(each, coverage, query.start, query.end)) for each in frequencies}
    return series.figures(nation, Measure(METHOD, indicators, periods, partial(_valued, coverage)), national, limit)


def _valued(coverage: Coverage, indicator: str, counts: Counts, period: Period) -> tuple[int, str]:
    return counts.get(KINDS[indicator], 0), status(period, False, coverage)
