"""DF_BALANCE: what the population grew by, beside natural growth and net migration by each method.

residual = population(t+1) - population(t) - natural growth(t) - net migration(t, METHOD). Population, natural growth
and the coupons' net migration are official series, loaded with their source. The coupons' balance closes to the person
in every year but that of a census' rebasing; a method of ours need not close, and the residual says by how much. In a
region, net migration is what comes from other regions too: only a series that counts both is balanced there.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import asyncpg

from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.figures.register_figures import register_figures
from services.accounting.cases.indicators import INDICATORS, Carried, Residual, wanted
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.rules.spans import span
from services.accounting.store.figures import published_figure

FLOW: Final = "DF_BALANCE"
NATION: Final = "KZ"
_COMPUTING: Final[Mapping[str, Callable[[asyncpg.Connection, Query, int], Awaitable[list[Figure]]]]] = {
    "COUPON": register_figures,
    "M1216": flow_figures,
    "M1216R": flow_figures,
}
_CARRIED: Final = {each.method: each.source for each in INDICATORS if isinstance(each.source, Carried)}


class Net(NamedTuple):
    """Net migration of a year, how final it is (CL_OBS_STATUS), and the standard error of an estimate."""

    value: Decimal
    status: str
    error: Decimal | None = None


Yearly = dict[tuple[str, str, str], Net]
"""By indicator and method as one text, area, year."""


async def balance_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """The net migration that the balance carries from DF_FLOW, and the residuals, of the years of which every part is
    known. Raises what the computation of DF_FLOW raises."""
    official = await _official(connection)
    figures: list[Figure] = []
    for method in sorted({each.method for each in wanted(query) if isinstance(each.source, Carried | Residual)}):
        carried = await _carried(connection, method, limit)
        figures += [_figure("NET", method, NATION, year, net) for year, net in carried.items()]
        nets = {(area, year): net for (code, area, year), net in official.items() if code == f"NET.{method}"}
        nets |= {(NATION, year): net for year, net in carried.items()}
        figures += _residuals(official, method, nets)
    return [each for each in figures if query.wants(each.key) and query.covers(*span(each.period))]


def _residuals(official: Yearly, method: str, nets: Mapping[tuple[str, str], Net]) -> Iterator[Figure]:
    for (area, year), net in nets.items():
        parts = [
            official.get(("POPULATION.PUBLISHED", area, str(int(year) + 1))),
            official.get(("POPULATION.PUBLISHED", area, year)),
            official.get(("NATURAL_GROWTH.PUBLISHED", area, year)),
        ]
        known = [part.value for part in parts if part]
        if len(known) == len(parts):
            after, before, growth = known
            residual = Net(after - before - growth - net.value, net.status, net.error)
            told = f"{after} - {before} - {growth} - ({net.value}): population a year later, population, natural growth"
            yield _figure("RESIDUAL", method, area, year, residual, f"{told}, net migration by {method}")


async def _official(connection: asyncpg.Connection) -> Yearly:
    """What other bodies have published in DF_BALANCE."""
    found: Yearly = {}
    for row in await published_figure.read(connection, FLOW, None, None):
        freq, indicator, method, area = row["key"].split(".")
        if freq == "A":
            found[f"{indicator}.{method}", area, row["period"]] = Net(row["value"], "A")
    return found


async def _carried(connection: asyncpg.Connection, method: str, limit: int) -> dict[str, Net]:
    source = _CARRIED[method]
    rows = await published_figure.read(connection, source.flow, None, None)
    published = {row["period"]: Net(row["value"], "A") for row in rows if row["key"] == source.key}
    if published:
        return published
    asked = Query(FLOWS[source.flow], tuple(frozenset([code]) for code in source.key.split(".")))
    computed = await _COMPUTING[method](connection, asked, limit)
    return {each.period: Net(Decimal(each.value), each.status, each.std_error) for each in computed}


def _figure(indicator: str, method: str, area: str, year: str, net: Net, comment: str | None = None) -> Figure:
    value = int(net.value) if net.value == net.value.to_integral_value() else net.value
    return Figure(("A", indicator, method, area), year, value, net.status, std_error=net.error, comment=comment)
