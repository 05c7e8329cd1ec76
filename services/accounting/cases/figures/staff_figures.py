"""The figures of indicator 1 in DF_INDICATOR: foreigners among the staff of enterprises, in per cent, at a year's end.

Enterprises that employ a foreigner on that day count, as the permits register tells of them: with the foreigners whose
permits hold and the citizens of the newest report. One without a report is left out, and the figure says how many those
are (decision 0051).
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import asyncpg

from services.accounting.cases.figures.share_figures import HUNDREDTH, PROVISIONAL
from services.accounting.cases.indicators import Indicator, StaffShare, wanted
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.rules.figures.units import PER_CENT
from services.accounting.rules.spans import span
from services.accounting.store.figures.staff import staff_by_year
from shared import clock

YEARLY: Final = "A"


async def staff_figures(connection: asyncpg.Connection, query: Query, _limit: int) -> list[Figure]:
    """Every share that the query wants, of years at whose end an enterprise with foreigners has reported staff. Raises
    TimeoutError where the database takes too long."""
    return [
        _figure(indicator, indicator.source, row)
        for indicator in wanted(query)
        if isinstance(indicator.source, StaffShare) and query.wants((YEARLY, indicator.code, indicator.method, "KZ"))
        for row in await staff_by_year(connection, indicator.source.categories)
        if row["foreigners"] + row["citizens"] and query.covers(*span(str(row["year"])))
    ]


def _figure(indicator: Indicator, share: StaffShare, row: asyncpg.Record) -> Figure:
    foreigners, workers = row["foreigners"], row["foreigners"] + row["citizens"]
    return Figure(
        key=(YEARLY, indicator.code, indicator.method, "KZ"),
        period=str(row["year"]),
        value=(Decimal(100 * foreigners) / workers).quantize(HUNDREDTH, ROUND_HALF_EVEN),
        status="A" if row["year"] < clock.today().year else PROVISIONAL,
        unit=PER_CENT,
        public=False,
        comment=f"{foreigners} foreigners by permit, without transfers within a company, of {workers} workers of"
        f" categories {' and '.join(share.categories)} at the year's end, in {row['enterprises']} enterprises with"
        f" foreigners that reported their citizens; {row['unreported']} that did not are left out",
    )
