"""The figures of DF_REMITTANCE: personal transfers as sources reported them, nothing summed or converted ([001])."""

import asyncpg

from services.accounting.cases.indicators import Transferred, wanted
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.spans import frequency
from services.accounting.store.figures import transfers


async def transfer_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every reported amount that the query wants. Raises TooMany."""
    found = {each.source: each for each in wanted(query) if isinstance(each.source, Transferred)}
    figures = [
        Figure(
            key=(frequency(row["period"]), indicator.code, indicator.method, row["country"], row["currency"]),
            period=row["period"],
            value=row["amount"],
            status="A",
            unit=row["currency"],
            public=False,
            released=row["reported_on"],
            source=row["source"],
        )
        for row in await transfers.newest(connection)
        if (indicator := found.get(Transferred(row["direction"]))) and query.covers_named(row["period"])
    ]
    wanted_figures = [figure for figure in figures if query.wants(figure.key)]
    if len(wanted_figures) > limit:
        raise TooMany
    return wanted_figures
