"""Where all publication reads figures: computed ones as far as the caller may see them, and published ones in full.

Entitled callers read what is counted now, to the last detail; everybody else what was released
(cases.figures.read_released).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.estimates.adjusted_figures import adjusted_figures
from services.accounting.cases.figures import published_rows
from services.accounting.cases.figures.balance_figures import balance_figures
from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.figures.evidence_figures import evidence_figures
from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.figures.mirror_figures import mirror_figures
from services.accounting.cases.figures.quota_figures import quota_figures
from services.accounting.cases.figures.read_released import NEVER, ReleasedReader, reading_of_rows, snapshot_of
from services.accounting.cases.figures.regional_quota_figures import regional_quota_figures
from services.accounting.cases.figures.register_figures import register_figures
from services.accounting.cases.figures.share_figures import share_figures
from services.accounting.cases.figures.sign_figures import sign_figures
from services.accounting.cases.figures.staff_figures import staff_figures
from services.accounting.cases.figures.stock_figures import stock_figures
from services.accounting.cases.figures.transfer_figures import transfer_figures
from services.accounting.cases.indicators import (
    Acts,
    Carried,
    Difference,
    QuotaPlaces,
    RegionalPlaces,
    Reported,
    Residual,
    Share,
    StaffShare,
    Standing,
    Transferred,
    wanted,
)
from services.accounting.rules.estimates.series import Adjusted
from services.accounting.rules.figures.dataflows import OF_RELEASES
from services.accounting.rules.figures.evidence import Evidenced
from services.accounting.rules.figures.figures import (
    Figure,
    Query,
    Reading,
    TooMany,
)
from services.accounting.rules.figures.flow_figures import Crossings, Estimated, Formula, Indexed, Stock
from services.accounting.store import sources

Connection = asyncpg.Connection
Computing = Callable[[Connection, Query, int], Awaitable[list[Figure]]]

_COMPUTING: Final[Mapping[type, Computing]] = {
    Formula: flow_figures,
    Crossings: flow_figures,
    Estimated: flow_figures,
    Stock: stock_figures,
    Acts: register_figures,
    Standing: register_figures,
    Difference: register_figures,
    Reported: mirror_figures,
    Transferred: transfer_figures,
    QuotaPlaces: quota_figures,
    RegionalPlaces: regional_quota_figures,
    Share: share_figures,
    StaffShare: staff_figures,
    Carried: balance_figures,
    Residual: balance_figures,
    Evidenced: evidence_figures,
    Adjusted: adjusted_figures,
    Indexed: sign_figures,
}
"""What computes figures from each kind of source; Loaded figures are not computed."""
_WITH_KEYS: Final = (flow_figures, stock_figures, register_figures)
"""What can sum the record keys of what it counts."""


class FigureReader:
    """rules.figures.FigureSource over accounting's database. Every answer is of one moment. Strangers are answered by
    `strangers`, over `public` where a role is set that reads nothing else. `invented`: as of ReleasedReader."""

    def __init__(self, engine: AsyncEngine, public: AsyncEngine | None = None, *, invented: bool = False) -> None:
        self._engine, self.invented = engine, invented
        self.strangers = ReleasedReader(public or engine, invented=invented)

    async def __call__(self, query: Query, *, exact: bool, limit: int) -> Reading:
        if not exact or query.is_of_releases or query.flow.id in OF_RELEASES:
            return await self.strangers(query, exact=exact, limit=limit)
        async with self.snapshot() as connection:
            try:
                return await _read_current(connection, query, limit)
            except TimeoutError:
                raise TooMany from None

    async def covered(self) -> tuple[date, date] | None:
        return await self.strangers.covered()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        async with snapshot_of(self._engine) as connection:
            yield connection


async def computed_figures(connection: Connection, query: Query, limit: int, *, keyed: bool = False) -> list[Figure]:
    """What is counted now, of all sources; `keyed`: with record keys, while a release is cut. Raises TooMany, and
    TimeoutError where the database takes too long."""
    figures: list[Figure] = []
    for compute in dict.fromkeys(
        _COMPUTING[type(each.source)] for each in wanted(query) if type(each.source) in _COMPUTING
    ):
        with_keys = partial(compute, keyed=True) if keyed and compute in _WITH_KEYS else compute
        figures += await with_keys(connection, query, limit)
    return figures


async def _read_current(connection: Connection, query: Query, limit: int) -> Reading:
    others = await published_rows.series(connection, query.flow.id)
    changed = await sources.counted_at(connection) or NEVER
    figures = await computed_figures(connection, query, limit)
    rows = await published_rows.rows(connection, query)
    return await beside_the_loop(
        len(figures) + len(rows), lambda: reading_of_rows(query, figures, others, changed, rows, limit)
    )
