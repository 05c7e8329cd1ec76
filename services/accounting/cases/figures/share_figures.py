"""The figures of DF_INDICATOR: what share some figures are of others, in per cent, at a year's end or for a year.

Each says in COMMENT_OBS what was divided by what, so that whoever reads the indicator can follow it to both dataflows.
"""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import asyncpg

from services.accounting.cases.figures.quota_figures import quota_figures
from services.accounting.cases.figures.register_figures import register_figures
from services.accounting.cases.indicators import Indicator, Share, wanted
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Key, Query
from services.accounting.rules.figures.units import PER_CENT
from services.accounting.store.figures import published_figure

HUNDREDTH: Final = Decimal("0.01")
PROVISIONAL: Final = "P"
_COMPUTING: Final = {
    "DF_LABOUR": register_figures,
    "DF_QUOTA": quota_figures,
    "DF_KANDAS": register_figures,
    "DF_INTERNAL": register_figures,
}

Sums = dict[str, tuple[Decimal, str]]
"""By period: the sum, and the status of what is least final of it."""


async def share_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every share that the query wants, of periods of which the whole is known and is not nothing. Raises as what its
    sides are computed by."""
    figures: list[Figure] = []
    for indicator in wanted(query):
        if isinstance(indicator.source, Share) and query.wants(key := _key(indicator)):
            part = await _sums(connection, indicator.source.part, query, limit)
            whole = await _sums(connection, indicator.source.whole, query, limit)
            figures += [
                _figure(key, period, indicator.source, part.get(period, (Decimal(0), "A")), whole[period])
                for period in whole
                if whole[period][0]
            ]
    return figures


def _key(indicator: Indicator) -> Key:
    return ("A", indicator.code, indicator.method, "KZ")


async def _sums(connection: asyncpg.Connection, side: str, query: Query, limit: int) -> Sums:
    flow, _, key = side.partition("/")
    codes = tuple(frozenset(codes.split("+")) for codes in key.split("."))
    asked = Query(FLOWS[flow], codes, query.start, query.end)
    found = [(each.period, Decimal(each.value), each.status) for each in await _computed(connection, asked, limit)]
    for row in await published_figure.read(connection, flow, query.start, query.end):
        if asked.wants(tuple(row["key"].split("."))):
            found.append((row["period"], row["value"], "A"))
    sums: Sums = defaultdict(lambda: (Decimal(0), "A"))
    for period, value, status in found:
        total, worst = sums[period]
        sums[period] = total + value, status if status == PROVISIONAL else worst
    return sums


async def _computed(connection: asyncpg.Connection, asked: Query, limit: int) -> list[Figure]:
    compute = _COMPUTING.get(asked.flow.id)
    return await compute(connection, asked, limit) if compute else []


def _figure(key: Key, period: str, share: Share, part: tuple[Decimal, str], whole: tuple[Decimal, str]) -> Figure:
    value = (100 * part[0] / whole[0]).quantize(HUNDREDTH, ROUND_HALF_EVEN)
    return Figure(
        key=key,
        period=period,
        value=value,
        status=PROVISIONAL if PROVISIONAL in (part[1], whole[1]) else "A",
        unit=PER_CENT,
        public=False,
        comment=f"{part[0]} ({share.part}) of {whole[0]} ({share.whole})",
    )
