"""The figures that rest on signs of life: DF_STOCK by RINDEX, and migrations of DF_FLOW that no sign supports.

Of the whole country alone: by region the index does not beat the registers (decision 0066). They are estimates, which
no release freezes and only statisticians read.
"""

from collections.abc import Iterator
from typing import Final, cast

import asyncpg

from services.accounting.cases.indicators import Indicator, wanted
from services.accounting.rules.estimates.sign_model import model
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.rules.figures.flow_figures import (
    MONTHS,
    Indexed,
    covered_periods,
    period_of,
    reference_periods,
)
from services.accounting.rules.figures.series import chosen
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.estimates import signs as store
from shared.kernel.periods import Frequency

ESTIMATED: Final = "E"


async def sign_figures(connection: asyncpg.Connection, query: Query, _limit: int) -> list[Figure]:
    """Every figure that the query wants, as the index was last reckoned; none where it never was."""
    values: dict[str, dict[int, int]] = {}
    versions = set[str]()
    for each, version in await store.read(connection):
        values.setdefault(each.measure, {})[each.month] = each.value
        versions.add(version)
    coverage = await coverages.counted(connection)
    return [
        figure
        for indicator in wanted(query)
        if isinstance(indicator.source, Indexed)
        for figure in _figures(query, indicator, values.get(indicator.code, {}), coverage, "".join(versions))
    ]


def _figures(
    query: Query, indicator: Indicator, values: dict[int, int], coverage: Coverage, version: str
) -> Iterator[Figure]:
    flow = isinstance(indicator.source, Indexed) and indicator.source.flow
    periods = covered_periods if flow else reference_periods
    totals = [dimension.total or "" for dimension in query.flow.dimensions[3:]]
    for frequency in cast(list[Frequency], chosen(query, "FREQ", MONTHS)):
        key = (frequency, indicator.code, indicator.method, *totals)
        if not query.wants(key):
            continue
        for number, _ in periods(frequency, coverage, query.start, query.end):
            first, length = number * MONTHS[frequency], MONTHS[frequency]
            months = range(first, first + length) if flow else range(first, first + 1)
            known = [values[month] for month in months if month in values]
            if known:
                period = str(period_of(frequency, number))
                yield Figure(key, period, sum(known), ESTIMATED, public=False, comment=_comment(flow, version))


def _comment(flow: bool, version: str) -> str:
    if flow:
        return "rests on a missing crossing or on mere absence of one, and no other register supports it"
    used = model()
    return (
        f"residency index, model {version}; model {used.version} says {used.wrong:.1%} of persons' months wrongly in"
        " simulated countries that it was not learned on; of who no register has met, nothing is known"
    )
