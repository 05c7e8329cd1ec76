"""The evidence that our own registers give, beside that of others: DF_EMIGRATION, DF_EVIDENCE, DF_MIRROR (5.4).

Each kind of evidence is a series of its own, counted in its own dataflow, and stands here a second time. Nothing is
added up, since each register misses others and means something else. What other bodies have published of the same
stands here by the same lines (published_rows).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import asyncpg

from services.accounting.cases.figures import published_rows
from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.figures.mirror_figures import mirror_figures
from services.accounting.cases.figures.register_figures import register_figures
from services.accounting.cases.figures.transfer_figures import transfer_figures
from services.accounting.cases.indicators import Indicator, wanted
from services.accounting.rules.figures.evidence import Evidenced, EvidenceLine, asked_of, stands_at
from services.accounting.rules.figures.figures import Figure, Query, TooMany

PUBLISHED: Final = "PUBLISHED"
_COMPUTING: Final[Mapping[str, tuple[Callable[[asyncpg.Connection, Query, int], Awaitable[list[Figure]]], ...]]] = {
    "DF_FLOW": (flow_figures, register_figures),
    "DF_BORDER": (flow_figures,),
    "DF_ABROAD": (register_figures,),
    "DF_STUDY": (register_figures,),
    "DF_LABOUR": (register_figures,),
    "DF_INTERNAL": (register_figures,),
    "DF_STAY": (register_figures,),
    "DF_MIRROR": (mirror_figures,),
    "DF_REMITTANCE": (transfer_figures,),
}


async def evidence_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants and that is counted here. Raises TooMany, and what counting it raises."""
    found: dict[tuple[tuple[str, ...], str], Figure] = {}
    for indicator in wanted(query):
        if isinstance(indicator.source, Evidenced) and indicator.method != PUBLISHED:
            for line in indicator.source.lines:
                for figure in await _of_line(connection, line, query, indicator, limit):
                    found.setdefault((figure.key, figure.period), figure)
        if len(found) > limit:
            raise TooMany
    return list(found.values())


async def _of_line(
    connection: asyncpg.Connection, line: EvidenceLine, query: Query, indicator: Indicator, limit: int
) -> list[Figure]:
    asked = asked_of(line, query)
    if asked is None:
        return []
    others = await published_rows.series(connection, line.flow)
    return [
        figure._replace(key=key, public=False)
        for compute in _COMPUTING[line.flow]
        for figure in await compute(connection, asked, limit)
        if ".".join(figure.key) not in others
        and (key := stands_at(line, query.flow, indicator.code, indicator.method, figure.key))
    ]
