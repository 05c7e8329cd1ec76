"""Whether what is expected of groups was as sure as it said, by how large it was: the back-test of the past by groups.

At each vintage, from what was frozen then, what was expected of the last twelve months' open crossings of each
citizenship and of each purpose, beside how many became migrations. Groups of one size are taken together: a small group
errs in its own way, and has no past of its own to tell by how much. Where they erred by more than they said, standard
errors of groups of this size grow until their mean squared error is what they say, and 95 % of the intervals of 95 %
hold (a conformal quantile: small counts are no normal distribution); they never shrink.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.backtest import LEVELS, SPANS
from services.accounting.rules.estimates.past import Past
from services.accounting.rules.estimates.provisional import Floats, OpenModel
from services.accounting.rules.estimates.strata import FIELDS, is_arrival

SIZES: Final = (0.0, 3.0, 10.0, 30.0)
"""Migrations expected of open crossings at which a new size begins."""
ENOUGH: Final = 20
"""Groups of a size, over all vintages, without which nothing is said of it."""
DIMENSIONS: Final = ("citizen", "purpose")
_VALUES: Final = 1 << 15


class OfSize(NamedTuple):
    """Groups of a size: how many were judged, over all vintages; mean error as a share of what was expected; shares of
    80 and 95 % intervals that held, widened; and by how much they are widened."""

    size: float
    groups: int
    bias: float
    covered_80: float
    covered_95: float
    widening: float


def of_sizes(groups: Sequence[Floats], widening: Floats) -> list[OfSize]:
    """Of the sizes of which enough groups were judged, from all vintages' `groups_at`; errors are widened as the
    nation's, [arrival], before."""
    if not groups:
        return []
    expected, error, became, arrival = np.concatenate(groups, axis=1)
    error = error * widening[arrival.astype(np.int64)]
    of_size = np.searchsorted(SIZES, expected, side="right") - 1
    return [
        _of_size(size, expected[own], error[own], became[own])
        for number, size in enumerate(SIZES)
        if np.count_nonzero(own := of_size == number) >= ENOUGH
    ]


def widening_of(sizes: Sequence[OfSize], expected: float) -> float:
    """By how much the interval of a group of which so many are expected is widened; as the next smaller size that
    was judged."""
    return next((each.widening for each in reversed(sizes) if each.size <= expected), 1.0)


def groups_at(past: Past, at: int, model: OpenModel) -> Floats:
    """[expected, its error, became, arrival] of the groups at a vintage of which anything would be said, by the model
    as it was learned then."""
    counts = past.counts
    own = (counts.vintage == past.vintages[at]) & (counts.lag < SPANS["A"][1])
    stratum, open, migrations = counts.stratum[own], counts.open[own], counts.migrations[own]
    likely, strayed = model.probability(stratum), model.strayed(stratum, counts.lag[own])
    arrival = is_arrival(stratum).astype(np.int64)
    parts = [np.zeros((4, 0))]
    for dimension in DIMENSIONS:
        shift, bits = FIELDS[dimension]
        group = arrival * _VALUES + (stratum >> shift & (1 << bits) - 1)
        known, at_group = np.unique(group, return_inverse=True)
        sums = (open * likely, open * likely * (1 - likely), open * likely * strayed, migrations)
        expected, chance, spread, became = (np.bincount(at_group, each, len(known)) for each in sums)
        error = np.sqrt(chance + spread**2)
        told = (error > 0) & (error < expected)
        parts.append(np.stack((expected, error, became, known // _VALUES))[:, told])
    return np.concatenate(parts, axis=1)


def _of_size(size: float, expected: Floats, error: Floats, became: Floats) -> OfSize:
    off = expected - became
    scores = np.sort(np.abs(off) / error)
    reached = scores[min(int(np.ceil(0.95 * (len(scores) + 1))), len(scores)) - 1]
    factor = max(1.0, float(np.sqrt(np.mean(scores**2))), float(reached) / LEVELS[95])
    covered = [float(np.mean(scores <= reach * factor)) for reach in LEVELS.values()]
    return OfSize(size, len(off), float(off.sum() / expected.sum()), covered[0], covered[1], factor)
