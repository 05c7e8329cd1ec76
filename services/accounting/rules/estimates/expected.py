"""How many of the open crossings will be migrations, as cells of a cube beside that of what was counted.

A cell has the dimensions of the movement cube's (rules.figures.movements) and one of these kinds for its indicator; its
count is in millionths, so that sums are exact in any order.

Between two runs of the model crossings are decided, corrected and added. So a figure takes the run's shares to the
crossings that are open in its own place now: nothing is counted twice, and where nothing changed the sum is the run's.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

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


class Expected(IntEnum):
    """What a cell sums over open crossings, of departures (even) and arrivals: how many they are, p, p(1 - p), and
    p times the spread of their month, widened. Stored: numbers never change their meaning."""

    EMI_OPEN = 0
    IMM_OPEN = 1
    EMI = 2
    IMM = 3
    EMI_CHANCE = 4
    IMM_CHANCE = 5
    EMI_SPREAD = 6
    IMM_SPREAD = 7


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
) -> Valued:
    """The value of an indicator in a period, its status, and its standard error where open crossings are estimated.

    `counts` are those of the cube by kind, and by its name what the newest run sums in each Expected. An indicator that
    is not Estimated, or of which the run knows nothing, is as it is without one.
    """
    formula = formulas[indicator]
    value, status = valued(coverage, formulas, indicator, counts, period)
    if not isinstance(formula, Estimated) or status != "P":
        return value, status
    variance = 0.0
    for kinds, arrival in _SIDES:
        if not (open := sum(counts.get(kind, 0) for kind in kinds & formula.open)):
            continue
        found = _expected(open, counts, arrival)
        if found is None:
            return value, status
        value += found[0] if _FINAL[arrival] in formula.plus else -found[0]
        variance += found[1]
    if not variance:
        return value, status
    ended = day_of(coverage.obs_end) >= period.end
    return value, "E" if ended else "P", Decimal(f"{sqrt(variance):.1f}")


def _expected(open: int, counts: Counts, arrival: bool) -> tuple[int, float] | None:
    """How many migrations are expected of so many open crossings of a place, and the variance of that.

    None where the run knows nothing of the place, or is no surer than that none of them is a migration: then the
    estimate does not beat the count of what is final.
    """
    known, expected, chance, spread = (counts.get(Expected(kind + arrival).name, 0) / MILLION for kind in _PARTS)
    if not known:
        return None
    share = open / known
    variance = chance * share + (spread * share) ** 2
    return (round(expected * share), variance) if 0 < variance < (expected * share) ** 2 else None


_PARTS: Final = (Expected.EMI_OPEN, Expected.EMI, Expected.EMI_CHANCE, Expected.EMI_SPREAD)
_SIDES: Final = (
    (frozenset({CellKind.EMI_OPEN, CellKind.EMI_RESOLVED_OPEN}), False),
    (frozenset({CellKind.IMM_OPEN, CellKind.IMM_RESOLVED_OPEN}), True),
)
_FINAL: Final = {False: CellKind.EMI_FINAL, True: CellKind.IMM_FINAL}
