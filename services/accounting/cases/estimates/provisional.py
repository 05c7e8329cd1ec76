"""Provisional figures: what is expected of the crossings that are open, learned anew from everybody's frozen past."""

import asyncio
from datetime import timedelta
from typing import Final, NamedTuple

import asyncpg

from services.accounting.rules.estimates.backtest import Judged, backtest, widening
from services.accounting.rules.estimates.expected import Awaited, cells
from services.accounting.rules.estimates.past import Ints, Past, nothing, past_of, vintages
from services.accounting.rules.estimates.provisional import OpenModel, learn
from services.accounting.rules.estimates.strata import open_crossings
from services.accounting.rules.figures.movements import NO_CELLS, Tally
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.estimates import provisional as store
from services.accounting.store.estimates.provisional import Run
from services.accounting.store.persons import histories
from shared import clock

Connection = asyncpg.Connection

VERSION: Final = "1"
"""Of the method: strata, shrinkage, spread. Another number means other estimates from the same past."""
CHUNK: Final = 5_000  # persons at once: bounds memory
AT_LEAST: Final = timedelta(days=1)
"""A run is made anew after so long even if the border feed covers no other days: records are corrected."""


class Findings(NamedTuple):
    """What a run finds."""

    model: OpenModel | None
    judged: list[Judged]
    expected: Tally


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
    past, awaited = nothing(months), Awaited(NO_CELLS, NO_CELLS, NO_CELLS)
    async for people in histories.everybody(connection, CHUNK):
        own, open = await asyncio.to_thread(_read, people, covered, months)
        past, awaited = past.joined(own), awaited.joined(open)
    found = await asyncio.to_thread(_find, past, awaited)
    learned_from = (int(months[0]), int(months[-1])) if found.model else None
    run = Run(made_at, VERSION, covered, learned_from, len(awaited.cell) if found.model else 0)
    await store.add(connection, run, *found)
    return run


def _is_fresh(run: Run, covered: Coverage) -> bool:
    return run.coverage == covered and run.version == VERSION and clock.now() - run.made_at < AT_LEAST


def _read(people: People, covered: Coverage, months: Ints) -> tuple[Past, Awaited]:
    opened = open_crossings(people.crossings, people.lengths, people.crossings["state"], covered.obs_end)
    return past_of(people, covered, months), Awaited.of(people.crossings, opened, covered.obs_end)


def _find(past: Past, awaited: Awaited) -> Findings:
    model = learn(past)
    if model is None:
        return Findings(None, [], Tally(NO_CELLS, NO_CELLS))
    judged = backtest(past)
    model = model._replace(widening=widening(judged))
    return Findings(model, judged, cells(awaited, model) if len(awaited.cell) else Tally(NO_CELLS, NO_CELLS))
