"""Cutting a release: the national years and quarters that are final are frozen for everybody, small counts withheld;
beside them, with their standard errors, those that are estimated."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from services.accounting.cases.figures.read_figures import NEVER, computed_figures
from services.accounting.cases.indicators import INDICATORS, KANDAS_EDUCATION, Acts, Difference, Standing
from services.accounting.cases.releases.differences import made_by_causes
from services.accounting.rules.disclosure.equations import Cell, Sum, equations
from services.accounting.rules.disclosure.withholding import Equation, is_small, withheld
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Query, public_part
from services.accounting.rules.releases import sums
from services.accounting.rules.releases.versions import METHOD_VERSIONS
from services.accounting.rules.residence.reckoning import UNDECLARED, is_less
from services.accounting.store import coverage as coverages
from services.accounting.store import sources
from services.accounting.store.releases import causes, gaps
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Reason, Release, Released
from shared import clock

Connection = asyncpg.Connection

LIMIT: Final = 100_000  # national figures of one dataflow
FINAL: Final = "A"
ESTIMATED: Final = "E"
SMALL_COUNTS: Final = frozenset({"REGISTER", "COUPON"})
"""The methods that count records of a register: their small counts are withheld."""

_NET: Final = tuple(
    Sum(each.flow, each.method, each.code, {each.source.plus: 1, each.source.minus: -1})
    for each in INDICATORS
    if isinstance(each.source, Difference)
)
SUMS: Final = (
    *_NET,
    Sum("DF_INTERNAL", "REGISTER", "INTERNAL", {"INTERNAL_BETWEEN": 1, "INTERNAL_WITHIN": 1}),
    Sum("DF_KANDAS", "REGISTER", "KANDAS_INCLUDED", dict.fromkeys(KANDAS_EDUCATION.values(), 1)),
    # Hardly anybody is included twice in a period: what one of the two hides, the other would tell.
    Sum("DF_INTERNAL", "REGISTER", "RESETTLERS_SETTLED", {"RESETTLERS": 1}),
)
CHECKED: Final = tuple(
    each
    for method in ("M1216", "M1216R")
    for each in (
        Sum("DF_FLOW", method, "NET", {"IMM": 1, "EMI": -1}),
        Sum("DF_FLOW", method, "IMM", {"IMM_FINAL": 1, "IMM_OPEN": 1}),
        Sum("DF_FLOW", method, "EMI", {"EMI_FINAL": 1, "EMI_OPEN": 1}),
    )
)
"""Sums of figures of which none is withheld: they hide nothing, but have to hold."""
PERSONS: Final = {
    (each.flow, each.code, each.method) for each in INDICATORS if isinstance(each.source, Acts) and each.source.persons
}
"""What counts persons, each once in every total of a period."""
STANDING: Final = {(each.flow, each.code, each.method) for each in INDICATORS if isinstance(each.source, Standing)}
DIFFERENCES: Final = {(each.flow, each.whole, each.method) for each in _NET}
"""Differences count nobody: a small one is no small count, though it may be the complement of one."""


class Cut(NamedTuple):
    """What was released: how many figures everybody may read now, and how many are withheld."""

    release: int
    cut_at: datetime
    shown: int
    withheld: int


async def cut_release(connection: Connection) -> Cut:
    """Freezes the figures as they stand, in one snapshot of them."""
    async with connection.transaction(isolation="repeatable_read"):
        return await _cut(connection)


async def cut_due(connection: Connection) -> Cut | None:
    """Cuts a release where this month has none yet and there is anything to release: the border feed has declared what
    it covers. Where it takes back a part of what the newest release rests on, that is corrected by another, with its
    reason, whatever the month. Whichever process comes first does it."""
    async with connection.transaction(isolation="repeatable_read"):
        if not await store.become_cutter(connection):
            return None
        before, covered = await store.newest(connection), await coverages.counted(connection)
        if before and is_less(covered, than=before.coverage):
            return await _cut(connection, "coverage_shrank")
        if before and clock.date_of(before.cut_at).replace(day=1) == clock.today().replace(day=1):
            return None
        return None if covered == UNDECLARED else await _cut(connection)


async def _cut(connection: Connection, reason: Reason | None = None) -> Cut:
    finals: dict[Cell, Figure] = {}
    estimates: dict[Cell, Figure] = {}
    for flow in FLOWS.values():
        national = public_part(Query(flow, (None,) * len(flow.dimensions)))
        if national:
            found = await computed_figures(connection, national, LIMIT)
            finals |= _of_status(flow.id, found, FINAL)
            estimates |= _of_status(flow.id, [each for each in found if each.std_error is not None], ESTIMATED)
    values = {cell: int(figure.value) for cell, figure in finals.items()}
    before = await store.newest(connection)
    between = equations(values, SUMS, STANDING)
    hidden = _withheld(values, between, await _released(connection, before))
    # Nobody is counted by an estimate: it stands in no sum, and a small one is kept from those who would read it so.
    small = {cell for cell, figure in estimates.items() if _is_count_of_few(cell, figure)}
    hidden_too = hidden | small
    rows = [_row(cell, figure, cell in hidden_too) for cell, figure in (finals | estimates).items()]
    now, counted = clock.now(), await sources.counted_at(connection) or NEVER
    covered = await coverages.counted(connection)
    number = await store.add(connection, now, counted, covered, rows, reason, METHOD_VERSIONS[-1].id)
    await causes.freeze(connection, number, made_by_causes(finals, await causes.journal(connection)))
    await gaps.add(connection, number, sums.gaps(values, [*between, *_checked(values)], PERSONS, hidden))
    return Cut(number, now, len(rows) - len(hidden_too), len(hidden_too))


def _of_status(flow: str, found: Sequence[Figure], status: str) -> dict[Cell, Figure]:
    return {(flow, each.key, each.period): each for each in found if each.public and each.status == status}


def _is_count_of_few(cell: Cell, figure: Figure) -> bool:
    _, (_, indicator, *_), _ = cell
    return indicator != "NET" and is_small(int(figure.value))


def _checked(values: Mapping[Cell, int]) -> list[Equation[Cell]]:
    return equations(values, CHECKED, STANDING)[len(equations(values, (), STANDING)) :]


def _withheld(
    values: Mapping[Cell, int], between: Sequence[Equation[Cell]], before: Mapping[Cell, Released]
) -> set[Cell]:
    """Small counts and their complements. What was withheld before and has not changed stays so: with what the former
    release showed, it could give a count back that is withheld there."""
    same = {cell: each for cell, each in before.items() if values.get(cell) == each.value}
    small = {cell for cell, value in values.items() if is_small(value) and _is_count(cell)}
    kept = {cell for cell, each in same.items() if each.withheld}
    shown = {cell for cell, each in same.items() if not each.withheld}
    return withheld(values, between, small | kept, shown)


def _is_count(cell: Cell) -> bool:
    flow, (_, indicator, method, *_), _ = cell
    return method in SMALL_COUNTS and (flow, indicator, method) not in DIFFERENCES


async def _released(connection: Connection, before: Release | None) -> dict[Cell, Released]:
    figures = await store.figures(connection, before.id) if before else []
    return {(each.flow, tuple(each.key.split(".")), each.period): each for each in figures}


def _row(cell: Cell, figure: Figure, hidden: bool) -> Released:
    flow, key, period = cell
    return Released(flow, ".".join(key), period, int(figure.value), figure.status, hidden, figure.std_error)
