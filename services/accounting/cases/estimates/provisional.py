"""Provisional figures: what is expected of the crossings that are open, learned anew from everybody's frozen past."""

import asyncio
from datetime import timedelta
from typing import Final

import asyncpg

from services.accounting.rules.estimates.breaks import whole_months
from services.accounting.rules.estimates.findings import find, nobody, read
from services.accounting.rules.estimates.past import nothing, vintages
from services.accounting.rules.estimates.silence import silent
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.estimates import provisional as store
from services.accounting.store.estimates.provisional import Run
from services.accounting.store.persons import histories
from shared import clock

Connection = asyncpg.Connection

VERSION: Final = "2"
"""Of the method: strata, shrinkage, spread, lost crossings, breaks. Another number means other estimates from the same
past."""
CHUNK: Final = 5_000  # persons at once: bounds memory
AT_LEAST: Final = timedelta(days=1)
"""A run is made anew after so long even if the border feed covers no other days: records are corrected."""


async def estimate_due(connection: Connection) -> bool:
    """Runs the model where the newest run is of other days, of another method, or old; returns whether it did."""
    run, covered = await store.newest(connection), await coverages.counted(connection)
    if covered == UNDECLARED or (run and _is_fresh(run, covered)):
        return False
    await estimate(connection)
    return True


async def estimate(connection: Connection) -> Run:
    """Runs the model on one moment of the facts, and puts what it finds in the place of the run before."""
    await store.become_estimator(connection)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            return await _estimate(connection)
    finally:
        await store.make_way(connection)


async def _estimate(connection: Connection) -> Run:
    made_at, covered = clock.now(), await coverages.counted(connection)
    months = vintages(covered)
    past, country = nothing(months), nobody(covered)
    async for people in histories.everybody(connection, CHUNK):
        own, theirs = await asyncio.to_thread(read, people, covered, months)
        past, country = past.joined(own), country.joined(theirs)
    found = await asyncio.to_thread(find, past, country)
    learned_from = (int(months[0]), int(months[-1])) if found.model else None
    quiet = silent(await store.heard(connection), whole_months(covered))
    run = Run(made_at, VERSION, covered, learned_from, len(country.awaited.cell) if found.model else 0)
    await store.add(connection, run, *found._replace(breaks=found.breaks + quiet))
    return run


def _is_fresh(run: Run, covered: Coverage) -> bool:
    return run.coverage == covered and run.version == VERSION and clock.now() - run.made_at < AT_LEAST
