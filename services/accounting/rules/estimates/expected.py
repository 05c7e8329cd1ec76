"""How many of the open crossings will be migrations, as cells of a cube beside that of what was counted.

A cell has the dimensions of the movement cube's (rules.figures.movements) and one of these kinds for its indicator; its
count is in millionths, so that sums are exact in any order.

Between two runs of the model crossings are decided, corrected and added. So a figure takes the run's shares to the
crossings that are open in its own place now: nothing is counted twice, and where nothing changed the sum is the run's.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.groups import OfSize, widening_of
from services.accounting.rules.estimates.past import LAGS
from services.accounting.rules.estimates.provisional import Ints, OpenModel
from services.accounting.rules.estimates.strata import OpenCrossings, is_arrival
from services.accounting.rules.figures.dimensions import day_of
from services.accounting.rules.figures.flow_figures import Estimated, Formula, valued
from services.accounting.rules.figures.movements import NO_CELLS, CellKind, Tally, difference, month_of, pack, places
from services.accounting.rules.figures.series import Counts, Valued
from services.accounting.rules.residence.history import Crossings
from services.accounting.rules.residence.reckoning import Coverage
from shared.kernel.periods import Period

MILLION: Final = 1_000_000
GROUP: Final = "group"
"""Beside the counts of a place that is not the whole nation: 1."""
BY_PURPOSE: Final = "by_purpose"
"""Beside the counts of a place that is the nation's people of one purpose: 1."""


class Expected(IntEnum):
    """What a cell sums over open crossings, of departures (even) and arrivals: how many they are, p, p(1 - p), and
    p times the spread of their month, widened; and over all migrations what makes them unsure (doubts): by how many
    they are expected to be too many, the variance of that, and how far what breaks may move them. Stored: numbers never
    change their meaning."""

    EMI_OPEN = 0
    IMM_OPEN = 1
    EMI = 2
    IMM = 3
    EMI_CHANCE = 4
    IMM_CHANCE = 5
    EMI_SPREAD = 6
    IMM_SPREAD = 7
    EMI_MISSED = 8
    IMM_MISSED = 9
    EMI_MISSED_CHANCE = 10
    IMM_MISSED_CHANCE = 11
    EMI_BROKEN = 12
    IMM_BROKEN = 13


class Awaited(NamedTuple):
    """Open crossings of many persons: the cell of each without its kind, its stratum, and how many months its month
    lies behind the end of observation."""

    cell: Ints
    stratum: Ints
    lag: Ints

    @classmethod
    def of(cls, crossings: Crossings, opened: OpenCrossings, obs_end: int) -> "Awaited":
        """`opened` are positions among the crossings."""
        own = crossings[opened.position]
        lag = int(month_of(np.array([obs_end - 1]))[0]) - month_of(own["day"])
        return cls(places(own), opened.stratum, np.clip(lag, 0, LAGS - 1))

    def joined(self, others: "Awaited") -> "Awaited":
        return Awaited(*(np.concatenate(each) for each in zip(self, others, strict=True)))


def cells(awaited: Awaited, model: OpenModel) -> Tally:
    """What the model expects of open crossings."""
    probability = model.probability(awaited.stratum)
    arrival = is_arrival(awaited.stratum).astype(np.int64)
    wide = model.widening[arrival]
    sums = {
        Expected.EMI_OPEN: np.ones(len(arrival)),
        Expected.EMI: probability,
        Expected.EMI_CHANCE: probability * (1 - probability) * wide**2,
        Expected.EMI_SPREAD: probability * model.strayed(awaited.stratum, awaited.lag) * wide,
    }
    found = [awaited.cell | pack(indicator=kind + arrival) for kind in sums]
    counts = np.rint(np.concatenate([*sums.values()]) * MILLION).astype(np.int64)
    return difference(Tally(NO_CELLS, NO_CELLS), Tally(np.concatenate(found), counts))


def estimated(
    coverage: Coverage,
    formulas: Mapping[str, Formula],
    indicator: str,
    counts: Counts,
    period: Period,
    *,
    sizes: Sequence[OfSize] = (),
) -> Valued:
    """The value of an indicator in a period, its status, and its standard error where open crossings are estimated, or
    where a register breaks; then with a comment, too. By purpose it has no standard error, and the comment says why.

    `counts` are those of the cube by kind, and by its name what the newest run sums in each Expected. An indicator that
    is not Estimated, or of which the run knows nothing, is as it is without one. `sizes` widen what is expected of
    groups: not of the nation, which is judged by itself.
    """
    formula = formulas[indicator]
    value, status = valued(coverage, formulas, indicator, counts, period)
    if not isinstance(formula, Estimated):
        return value, status
    error = unsure(formula, counts)
    if status == "P":
        of_open = _of_open(formula, counts, sizes)
        if of_open is None:
            return value, status
        value += of_open[0]
        error = error._replace(open=of_open[1])
        status = "E" if day_of(coverage.obs_end) >= period.end else "P"
    elif not error.broken:
        return value, status
    if not error.total:
        return value, status
    if counts.get(BY_PURPOSE, 0):
        return value, status, None, f"{BROKEN}. {NO_INTERVAL}" if error.broken else NO_INTERVAL
    total = Decimal(f"{error.total:.1f}")
    return (value, status, total, BROKEN) if error.broken else (value, status, total)


class Unsure(NamedTuple):
    """Parts of a standard error: `open`, the variance of what is expected of open crossings; `missed`, by how many the
    figure is expected to be too high for crossings that were lost, and the variance of that; `broken`, how far months
    that break may move it."""

    open: float
    missed: float
    chance: float
    broken: float

    @property
    def total(self) -> float:
        """The standard error; 0 where nothing is unsure. The parts are independent of each other, and no figure is
        corrected by them. What breaks errs in one way, and what there is of it by chance (Poisson), too; and a figure
        is rounded to whole persons."""
        variance = self.open + self.missed**2 + self.chance + self.broken + self.broken**2
        return sqrt(variance + ROUNDING) if variance else 0.0


def unsure(formula: Formula, counts: Counts) -> Unsure:
    """What makes a figure unsure beside open crossings. Of a balance the errors of both sides of one kind are set off
    against each other where their sign is known: who is wrongly counted on the one side may be missing on the other."""
    missed = chance = broken = 0.0
    for sign, arrival in _sides(formula):
        own, varies, breaks = (counts.get(Expected(kind + arrival).name, 0) / MILLION for kind in _DOUBTS)
        missed, chance, broken = missed + sign * own, chance + varies, broken + breaks
    return Unsure(0.0, missed, chance, broken)


def _of_open(formula: Formula, counts: Counts, sizes: Sequence[OfSize]) -> tuple[int, float] | None:
    """What is expected of the open crossings of a figure, and the variance; None where that is not known."""
    value, variance = 0, 0.0
    for sign, arrival in _sides(formula):
        if not (open := sum(counts.get(kind, 0) for kind in _OPEN[arrival] & formula.open)):
            continue
        final = sum(counts.get(kind, 0) for kind in _DECIDED[arrival] & (formula.plus | formula.minus))
        found = _expected(open, final, counts, arrival, sizes)
        if found is None:
            return None
        value += sign * found[0]
        variance += found[1]
    return (value, variance) if variance else None


def _sides(formula: Formula) -> list[tuple[int, bool]]:
    """The directions that an indicator adds (1) or takes away (-1)."""
    return [
        (1 if kind in formula.plus else -1, arrival)
        for arrival, kind in _FINAL.items()
        if kind in formula.plus | formula.minus
    ]


def _expected(
    open: int, final: int, counts: Counts, arrival: bool, sizes: Sequence[OfSize]
) -> tuple[int, float] | None:
    """How many migrations are expected of so many open crossings of a place, and the variance of that.

    None where the run knows nothing of the place, or is no surer than that none of them is a migration: then the
    estimate does not beat the count of what is final. Of the nation it is said all the same where more is final than
    open: else a month of which hardly anything is open would be missing between those that are final and estimated.
    """
    known, expected, chance, spread = (counts.get(Expected(kind + arrival).name, 0) / MILLION for kind in _PARTS)
    if not known:
        return None
    share = open / known
    variance = chance * share + (spread * share) ** 2
    if counts.get(GROUP, 0):
        variance *= widening_of(sizes, expected * share) ** 2
    elif open < final:
        return round(expected * share), max(variance, ROUNDING)
    return (round(expected * share), variance) if 0 < variance < (expected * share) ** 2 else None


_PARTS: Final = (Expected.EMI_OPEN, Expected.EMI, Expected.EMI_CHANCE, Expected.EMI_SPREAD)
_DOUBTS: Final = (Expected.EMI_MISSED, Expected.EMI_MISSED_CHANCE, Expected.EMI_BROKEN)
_OPEN: Final = {
    False: frozenset({CellKind.EMI_OPEN, CellKind.EMI_RESOLVED_OPEN}),
    True: frozenset({CellKind.IMM_OPEN, CellKind.IMM_RESOLVED_OPEN}),
}
_FINAL: Final = {False: CellKind.EMI_FINAL, True: CellKind.IMM_FINAL}
_DECIDED: Final = {
    False: frozenset({CellKind.EMI_FINAL, CellKind.EMI_RESOLVED}),
    True: frozenset({CellKind.IMM_FINAL, CellKind.IMM_RESOLVED}),
}
ROUNDING: Final = 1 / 12
"""Variance of what rounding to whole numbers takes away."""
BROKEN: Final = "A register breaks off or jumps, and its past is no guide to this figure: see /v1/estimates/provisional"
"""The comment of such a figure."""
NO_INTERVAL: Final = (
    "No standard error by purpose: the purpose is what registers show (a residence permit: permanent), which may not be"
    " what somebody came for, and 95 % intervals held the truth in 80 % of cases (decision 0068)"
)
"""Comment of an estimate by purpose: a gap of definition is no error, so no interval is said that does not hold."""
