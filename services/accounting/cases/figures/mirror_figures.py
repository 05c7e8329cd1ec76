"""The figures of DF_MIRROR: what host countries reported to the missions about citizens of Kazakhstan ([000] 1).

Of each reliability the figure that was reported last, each by its method (HOST, HOST_ESTIMATE, HOST_PRESS).
"""

from typing import Final

import asyncpg

from services.accounting.cases.indicators import Indicator, Reported, wanted
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.spans import frequency, span
from services.accounting.store.figures import host_figures

STATUS: Final = {"official": "A", "estimate": "E", "press": "U"}


async def mirror_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every reported figure that the query wants, nothing summed. Raises TooMany."""
    found = {each.source: each for each in wanted(query) if isinstance(each.source, Reported)}
    rows = await host_figures.newest(connection)
    reported = [
        _figure(indicator, row)
        for row in rows
        if (indicator := found.get(Reported(row["concept"], row["reliability"]))) and _is_within(query, row["period"])
    ]
    figures = [figure for figure in reported if query.wants(figure.key)]
    if len(figures) > limit:
        raise TooMany
    return figures


def _figure(indicator: Indicator, row: asyncpg.Record) -> Figure:
    country, period = row["country"], row["period"]
    return Figure(
        key=(frequency(period), indicator.code, indicator.method, country, "KAZ", country),
        period=period,
        value=row["value"],
        status=STATUS[row["reliability"]],
        public=False,
        released=row["reported_on"],
        source=row["source"],
    )


def _is_within(query: Query, period: str) -> bool:
    """A period that cannot be read, stored before intake refused it, lies nowhere: it must not break all others."""
    try:
        start, end = span(period)
    except ValueError:
        return False
    return query.covers(start, end)
