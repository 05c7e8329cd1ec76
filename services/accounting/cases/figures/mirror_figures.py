"""The figures of DF_MIRROR: what host countries reported to the missions about citizens of Kazakhstan ([000] 1).

Of each reliability the figure that was reported last, each by its method (HOST, HOST_ESTIMATE, HOST_PRESS). What other
sources say differently of the same concept, country and period is named beside it: no figure replaces another in
silence (5.4 of the method).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from services.accounting.cases.indicators import Indicator, Reported, wanted
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.spans import frequency
from services.accounting.store.figures import host_figures

STATUS: Final = {"official": "A", "estimate": "E", "press": "U"}


async def mirror_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every reported figure that the query wants, nothing summed. Raises TooMany."""
    found = {each.source: each for each in wanted(query) if isinstance(each.source, Reported)}
    about: dict[tuple[str, str, str], list[asyncpg.Record]] = defaultdict(list)
    for row in await host_figures.newest(connection):
        about[row["country"], row["concept"], row["period"]].append(row)
    reported = [
        _figure(indicator, row, said)
        for (_, concept, period), said in about.items()
        if query.covers_named(period)
        for row in _last_reported(said)
        if (indicator := found.get(Reported(concept, row["reliability"])))
    ]
    figures = [figure for figure in reported if query.wants(figure.key)]
    if len(figures) > limit:
        raise TooMany
    return figures


def _last_reported(said: Sequence[asyncpg.Record]) -> Iterable[asyncpg.Record]:
    """Of each reliability the figure that was reported last; of one day's, that of the first source by name."""
    newest: dict[str, asyncpg.Record] = {}
    for row in sorted(said, key=lambda row: (-row["reported_on"].toordinal(), row["source"])):
        newest.setdefault(row["reliability"], row)
    return newest.values()


def _figure(indicator: Indicator, row: asyncpg.Record, said: Sequence[asyncpg.Record]) -> Figure:
    country, period = row["country"], row["period"]
    return Figure(
        key=(frequency(period), indicator.code, indicator.method, country, "KAZ", country),
        period=period,
        value=row["value"],
        status=STATUS[row["reliability"]],
        public=False,
        released=row["reported_on"],
        source=row["source"],
        comment=_contradictions(row, said),
    )


def _contradictions(row: asyncpg.Record, said: Sequence[asyncpg.Record]) -> str | None:
    """What others report of the same, where it is another number."""
    others = [
        f"{each['value']} ({each['source']}, {each['reliability']})" for each in said if each["value"] != row["value"]
    ]
    return f"Contradicted by {'; '.join(others)}." if others else None
