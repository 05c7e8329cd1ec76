"""The figures that rest on signs of life: DF_STOCK by RINDEX, and migrations of DF_FLOW that no sign supports.

Of the whole country alone: by region the index does not beat the registers (decision 0072). The stock is an estimate
with a standard error, which releases freeze; what is doubted is the statisticians'.
"""

from collections.abc import Iterator
from decimal import Decimal
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
from services.accounting.store.estimates.signs import SignFigure
from shared.kernel.periods import Frequency

ESTIMATED: Final = "E"
TENTH: Final = Decimal("0.1")


async def sign_figures(connection: asyncpg.Connection, query: Query, _limit: int) -> list[Figure]:
    """Every figure that the query wants, as the index was last reckoned; none where it never was."""
    values: dict[str, dict[int, SignFigure]] = {}
    versions = set[str]()
    for each, version in await store.read(connection):
        values.setdefault(each.measure, {})[each.month] = each
        versions.add(version)
    coverage = await coverages.counted(connection)
    return [
        figure
        for indicator in wanted(query)
        if isinstance(indicator.source, Indexed)
        for figure in _figures(query, indicator, values.get(indicator.code, {}), coverage, "".join(versions))
    ]


def _figures(
    query: Query, indicator: Indicator, values: dict[int, SignFigure], coverage: Coverage, version: str
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
                period, value = str(period_of(frequency, number)), sum(each.value for each in known)
                yield Figure(
                    key, period, value, ESTIMATED, public=not flow, comment=_comment(flow, version),
                    std_error=None if flow else _error(known[0]),
                )  # fmt: skip


def _error(figure: SignFigure) -> Decimal | None:
    """None of what a version before has reckoned."""
    return None if figure.std_error is None else Decimal(figure.std_error).quantize(TENTH)


def _comment(flow: bool, version: str) -> str:
    if flow:
        return "rests on a missing crossing or on mere absence of one, and no other register supports it"
    used = model()
    wrong, stock = f"{used.errors.wrong:.1%}", f"{used.errors.stock:.1%}"
    return (
        f"persons whom a register has met; residency index, model {version}; model {used.version} says {wrong} of"
        f" persons' months wrongly, and stocks by {stock}, in simulated countries that it was not learned on"
    )
