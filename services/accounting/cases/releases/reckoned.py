"""What is reckoned from releases (dataflows.OF_RELEASES), as of each of them: revisions, and forecasts."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

from services.accounting.cases.releases.revisions import Revisions
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.rules.forecasts import figures as forecasts
from services.accounting.store.forecasts import forecast as store
from services.accounting.store.releases.release import Release

Shows = Callable[[Release], Awaitable[list[Figure]]]
"""What everybody reads of a release, in any order."""


async def reader(connection: asyncpg.Connection, query: Query) -> Shows:
    """Reads of each release what a query of such a dataflow is about."""
    if query.flow.id == forecasts.FLOW:

        async def forecast(release: Release) -> list[Figure]:
            made = await store.newest(connection, release.id)
            return [] if made is None else list(forecasts.figures(await store.read(connection, made)))

        return forecast
    triangle = await Revisions.read(connection, query.as_of)

    async def revised(release: Release) -> list[Figure]:
        return await asyncio.to_thread(triangle.at, release.cut_at)

    return revised
