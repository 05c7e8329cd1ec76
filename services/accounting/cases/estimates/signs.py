"""The residency index over all persons: the nation's stock by RINDEX, and migrations that no sign supports.

Set-wise, some persons at a time, in memory that does not grow with the country; by the clock, before each release and
by command, never as events come in. What it counts depends on the stored facts and persons alone.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Final

import asyncpg
import numpy as np
import orjson

from services.accounting.rules.estimates.sign_kinds import (
    TOLD,
    groups,
    month_of,
    owner_of,
    sides,
    signs_of,
)
from services.accounting.rules.estimates.sign_model import model
from services.accounting.rules.estimates.signs import Months, reckon, stock_error
from services.accounting.rules.estimates.support import Support, weigh
from services.accounting.rules.figures.flow_figures import month_span
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.estimates import signs as store
from services.accounting.store.estimates.signs import SignFigure, SignRun
from services.accounting.store.persons import histories
from shared import clock

CHUNK: Final = 5_000  # persons at once: bounds memory
AT_LEAST: Final = timedelta(days=1)
"""The index is reckoned anew after so long even if the border feed covers no other days: other registers go on."""
WHOLE: Final = 1e6
"""Persons are summed in whole millionths, so that a sum is the same however persons are taken together."""
RESIDENTS: Final = "RESIDENTS"
UNSUPPORTED: Final = {True: "IMM_UNSUPPORTED", False: "EMI_UNSUPPORTED"}


async def signs_due(connection: asyncpg.Connection) -> bool:
    """Reckons the index where the newest run is of other days, of another model, or old; returns whether it did."""
    run, covered = await store.newest(connection), await coverages.counted(connection)
    if covered == UNDECLARED or (run and _is_fresh(run, covered)):
        return False
    await count_signs(connection)
    return True


async def count_signs(connection: asyncpg.Connection, chunk: int = CHUNK) -> list[SignFigure]:
    """Reckons every person anew on one moment of the facts; what it finds takes the place of the run before."""
    await store.become_reckoner(connection)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            return await _count(connection, chunk)
    finally:
        await store.make_way(connection)


async def _count(connection: asyncpg.Connection, chunk: int) -> list[SignFigure]:
    run = SignRun(clock.now(), model().version, await coverages.counted(connection))
    months = Months(*month_span(run.coverage))
    sums = np.zeros((2, max(0, months.beyond - months.first)))
    unsupported = Counter[tuple[str, int]]()
    async for people in histories.everybody(connection, chunk):
        facts = await store.facts(connection, people.keys.tolist(), list(TOLD))
        sums += await asyncio.to_thread(_add, people, facts, months, unsupported)
    figures = [
        SignFigure(RESIDENTS, month, round(stock), stock_error(spread, stock, model().errors.stock))
        for month, (stock, spread) in enumerate((sums / WHOLE).T.tolist(), months.first + 1)
    ]
    for name in UNSUPPORTED.values():
        figures += [SignFigure(name, month, unsupported[name, month], None) for month in range(*months)]
    await store.add(connection, run, figures)
    return figures


def _is_fresh(run: SignRun, covered: Coverage) -> bool:
    return run.coverage == covered and run.model == model().version and clock.now() - run.made_at < AT_LEAST


def _add(
    people: People, facts: list[tuple[int, str, str]], months: Months, unsupported: Counter[tuple[str, int]]
) -> np.ndarray:
    """By month the sums of some persons' index p, and of p(1 - p), in parts of WHOLE; adds their unsupported
    migrations."""
    told = [(key, fact, orjson.loads(body)) for key, fact, body in facts]
    owner, signs = owner_of(people), signs_of(people, told)
    group = groups(people.lengths, people.crossings, signs)
    found = reckon(signs, group, sides(people.lengths, people.crossings), months, model().weights)
    month, arrival = month_of(people.crossings["day"]), people.crossings["arrival"].astype(np.bool_)
    support = weigh(owner, month.astype(np.int64), arrival, people.crossings["state"], signs, group)
    doubted = support == Support.UNSUPPORTED
    unsupported.update(
        (UNSUPPORTED[came], when) for came, when in zip(arrival[doubted].tolist(), month[doubted].tolist(), strict=True)
    )
    value = found.value.astype(np.float64)
    return np.array([np.rint(each * WHOLE).sum(axis=0) for each in (value, value * (1 - value))])
