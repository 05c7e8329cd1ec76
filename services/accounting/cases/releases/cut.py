"""Cutting a release: the public cubes of what is final are frozen for everybody, after disclosure control; beside them,
with their standard errors, those that are estimated. What was counted of the whole country is frozen for the house."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from services.accounting.cases.figures.read_released import NEVER
from services.accounting.cases.indicators import INDICATORS, KANDAS_EDUCATION, Acts, Difference, Standing
from services.accounting.cases.releases.controlled import FINAL, Control, controlled, evidence, released
from services.accounting.cases.releases.differences import made_by_causes
from services.accounting.rules.figures.dataflows import FLOWS, Flow
from services.accounting.rules.figures.figures import UNASKED_FREQUENCIES, Figure, is_national
from services.accounting.rules.releases import sums
from services.accounting.rules.releases.equations import Cell, Sum, equations
from services.accounting.rules.releases.versions import METHOD_VERSIONS
from services.accounting.rules.residence.reckoning import UNDECLARED, is_less
from services.accounting.store import coverage as coverages
from services.accounting.store import sources
from services.accounting.store.figures import published_figure
from services.accounting.store.figures.patience import at_leisure
from services.accounting.store.releases import causes, gaps, public, record_keys
from services.accounting.store.releases import release as store
from services.accounting.store.releases.public import PublicFigure
from services.accounting.store.releases.release import Reason, Released
from shared import clock

Connection = asyncpg.Connection

ESTIMATED: Final = "E"

_NET: Final = tuple(
    Sum(each.flow, each.method, each.code, {each.source.plus: 1, each.source.minus: -1})
    for each in INDICATORS
    if isinstance(each.source, Difference)
)
SUMS: Final = (
    *_NET,
    Sum("DF_INTERNAL", "REGISTER", "INTERNAL", {"INTERNAL_BETWEEN": 1, "INTERNAL_WITHIN": 1}),
    Sum("DF_KANDAS", "REGISTER", "KANDAS_INCLUDED", dict.fromkeys(KANDAS_EDUCATION.values(), 1)),
    # Hardly anybody is included twice in a period.
    Sum("DF_INTERNAL", "REGISTER", "RESETTLERS_SETTLED", {"RESETTLERS": 1}),
    *(
        each
        for method in ("M1216", "M1216R")
        for each in (
            Sum("DF_FLOW", method, "NET", {"IMM": 1, "EMI": -1}),
            Sum("DF_FLOW", method, "IMM", {"IMM_FINAL": 1, "IMM_OPEN": 1}),
            Sum("DF_FLOW", method, "EMI", {"EMI_FINAL": 1, "EMI_OPEN": 1}),
        )
    ),
)
"""What has to hold between the figures of the whole country as they were counted."""
PERSONS: Final = {
    (each.flow, each.code, each.method) for each in INDICATORS if isinstance(each.source, Acts) and each.source.persons
}
"""What counts persons, each once in every total of a period."""
STANDING: Final = {(each.flow, each.code, each.method) for each in INDICATORS if isinstance(each.source, Standing)}


class Cut(NamedTuple):
    """What was released: how many figures everybody may read now."""

    release: int
    cut_at: datetime
    shown: int


async def cut_release(connection: Connection, control: Control) -> Cut:
    """Freezes the figures as they stand, in one snapshot of them. `connection` is the intake's: who has record keys
    reads histories."""
    with at_leisure():
        async with connection.transaction(isolation="repeatable_read"):
            return await _cut(connection, control)


async def cut_due(connection: Connection, control: Control) -> Cut | None:
    """Cuts a release where this month has none yet and there is anything to release: the border feed has declared what
    it covers. Where it takes back a part of what the newest release rests on, that is corrected by another, with its
    reason, whatever the month. Whichever process comes first does it."""
    with at_leisure():
        return await _cut_due(connection, control)


async def _cut_due(connection: Connection, control: Control) -> Cut | None:
    async with connection.transaction(isolation="repeatable_read"):
        if not await store.become_cutter(connection):
            return None
        before, covered = await store.newest(connection), await coverages.counted(connection)
        if before and is_less(covered, than=before.coverage):
            return await _cut(connection, control, "coverage_shrank")
        if before and clock.date_of(before.cut_at).replace(day=1) == clock.today().replace(day=1):
            return None
        return None if covered == UNDECLARED else await _cut(connection, control)


async def _cut(connection: Connection, control: Control, reason: Reason | None = None) -> Cut:
    await record_keys.make(connection, control.secret.get_secret_value().encode())
    counted: dict[Cell, Figure] = {}
    shown: dict[Cell, PublicFigure] = {}
    for flow in FLOWS.values():
        cube = await controlled(connection, flow, control, shown)
        counted |= {cell: each for cell, each in cube.exact.items() if _is_compared(flow, each)}
        shown |= released(flow, cube)
    official = {flow: await published_figure.series(connection, flow) for flow in FLOWS}
    for flow in FLOWS.values():
        shown |= evidence(flow, control.cubes(flow.id), shown, official)
    number = await _add(connection, counted, reason)
    await public.add(connection, number, shown.values())
    return Cut(number, clock.now(), len(shown))


async def _add(connection: Connection, counted: Mapping[Cell, Figure], reason: Reason | None) -> int:
    """Freezes what was counted of the whole country, what each cause had made of it, and the sums that do not hold."""
    finals = {cell: each for cell, each in counted.items() if each.status == FINAL}
    estimates = {
        cell: each for cell, each in counted.items() if each.status == ESTIMATED and each.std_error is not None
    }
    values = {cell: int(figure.value) for cell, figure in finals.items()}
    rows = [_row(cell, figure) for cell, figure in (finals | estimates).items()]
    at, covered = await sources.counted_at(connection) or NEVER, await coverages.counted(connection)
    number = await store.add(connection, clock.now(), at, covered, rows, reason, METHOD_VERSIONS[-1].id)
    await causes.freeze(connection, number, made_by_causes(finals, await causes.journal(connection)))
    await gaps.add(connection, number, sums.gaps(values, equations(values, SUMS, STANDING), PERSONS))
    return number


def _is_compared(flow: Flow, figure: Figure) -> bool:
    """Whether the house keeps what was counted: years and quarters of the whole country."""
    return figure.key[0] in UNASKED_FREQUENCIES and is_national(flow, figure.key)


def _row(cell: Cell, figure: Figure) -> Released:
    flow, key, period = cell
    return Released(flow, ".".join(key), period, int(figure.value), figure.status, False, figure.std_error)
