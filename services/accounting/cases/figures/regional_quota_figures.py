"""The regional quotas in DF_KANDAS and DF_INTERNAL: places by region and year, as the year's newest version sets them.

The country's figure is the total that the order names, also where its regions have less together: what no region was
given waits there. So no figure is a sum of others. Nothing is of a person, and no origin is asked for.
"""

from collections.abc import Iterator
from typing import Final

import asyncpg

from services.accounting.cases.indicators import Indicator, RegionalPlaces, wanted
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.units import NUMBER
from services.accounting.rules.spans import span
from services.accounting.store.figures import regional_quota_pools
from shared import clock
from shared.kernel.codes import COUNTRY_TOTAL

_ANY_ORIGIN: Final = {"DF_KANDAS": "_T", "DF_INTERNAL": COUNTRY_TOTAL}
"""By dataflow: its last dimension's total, the country or the region that settlers come from."""


async def regional_quota_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants. Raises TooMany."""
    rows = [row for row in await regional_quota_pools.newest(connection) if query.covers(*span(str(row["year"])))]
    figures = [figure for each in wanted(query) for figure in _figures(each, rows) if query.wants(figure.key)]
    if len(figures) > limit:
        raise TooMany
    return figures


def _figures(indicator: Indicator, rows: list[asyncpg.Record]) -> Iterator[Figure]:
    if not isinstance(indicator.source, RegionalPlaces):
        return
    for row in rows:
        if row["kind"] == indicator.source.kind:
            place = row["region"] or COUNTRY_TOTAL, _ANY_ORIGIN[indicator.flow]
            yield Figure(
                key=("A", indicator.code, indicator.method, *place),
                period=str(row["year"]),
                value=row["size"],
                status="A" if row["year"] < clock.today().year else "P",
                unit=NUMBER,
                public=False,
                source=f"{row['act']} ({row['holds_from']})",
            )
