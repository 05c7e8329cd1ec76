"""The probability that an open crossing is a migration, learned from the frozen past, and how sure the sums are (5.3).

A stratum's probability is the share of its past crossings that became migrations, drawn to that of the coarser stratum
around it: (migrations + strength x coarser probability) / (open + strength), from the coarsest on (beta-binomial
shrinkage, empirical Bayes). A level's strength is 1 / rho - 1, where rho is the intraclass correlation of its strata
within the coarser ones, by the method of moments: where they do not differ more than chance makes them, they count for
little.

An estimate is what is final plus the sum of the probabilities. Its variance is the sum of p(1 - p), crossings taken as
independent (two migrations of a person exclude each other within 243 days, which makes it less), and the square of
`spread` x p summed: by how much whole months have strayed from what other years foretold of them, fully correlated.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.past import LAGS, Counts, Past, by_month
from services.accounting.rules.estimates.strata import LEVELS, coarsened, is_arrival

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LAG_BANDS: Final = (3, 8, 12)
"""Months behind the end of observation at which a new band of the spread begins."""
FEWEST: Final = 6
"""Vintages without which nothing is learned."""
TELLING: Final = 20
"""Migrations in each direction by which a calendar year tells something of another one; at least two have to."""
RHO: Final = (0.001, 0.5)
"""Bounds of the intraclass correlation: strengths of 999 down to 1."""


class Step(NamedTuple):
    """The strata of a level, ascending, what their past was, and the probability of each; the level's strength."""

    level: str
    strength: float
    stratum: Ints
    open: Ints
    migrations: Ints
    probability: Floats


class OpenModel(NamedTuple):
    """`base`: probability of any departure, any arrival; `spread` [arrival, lag band] and `widening` [arrival] as
    `learn` and `backtest` find them."""

    base: Floats
    steps: tuple[Step, ...]
    spread: Floats
    widening: Floats

    def probability(self, strata: Ints) -> Floats:
        """Of open crossings to be a migration: that of the finest stratum that has a past."""
        known: Floats = self.base[is_arrival(strata).astype(np.int64)]
        for step in self.steps:
            if len(step.stratum):
                at = np.minimum(
                    np.searchsorted(step.stratum, own := coarsened(strata, step.level)), len(step.stratum) - 1
                )
                known = np.where(step.stratum[at] == own, step.probability[at], known)
        return known

    def strayed(self, strata: Ints, lag: Ints) -> Floats:
        """The spread of each open crossing's month, `lag` months behind the end of observation."""
        found: Floats = self.spread[is_arrival(strata).astype(np.int64), _band(lag)]
        return found


def learn(past: Past) -> OpenModel | None:
    """The model that a past teaches; None where it is too short."""
    years = _years(past.counts)
    if len(past.vintages) < FEWEST or _telling(past.counts, years) < 2:
        return None
    base, steps = fit(past.counts)
    return OpenModel(base, steps, _spread(past, years), np.ones(2))


def fit(counts: Counts) -> tuple[Floats, tuple[Step, ...]]:
    """Probabilities of the strata of each level."""
    finest, at = np.unique(counts.stratum, return_inverse=True)
    open, migrations = (
        np.bincount(at, each, len(finest)).astype(np.int64) for each in (counts.open, counts.migrations)
    )
    arrival = is_arrival(finest).astype(np.int64)
    whole, part = (np.bincount(arrival, each, 2) for each in (open, migrations))
    base: Floats = np.divide(part, whole, out=np.zeros(2), where=whole > 0)
    steps: list[Step] = []
    known = base[arrival]
    for level in LEVELS:
        stratum, first, at = np.unique(coarsened(finest, level), return_index=True, return_inverse=True)
        own, became = (np.bincount(at, each, len(stratum)).astype(np.int64) for each in (open, migrations))
        coarser = known[first]
        strength = _strength(own, became, coarser)
        probability = (became + strength * coarser) / (own + strength)
        steps.append(Step(level, strength, stratum, own, became, probability))
        known = probability[at]
    return base, tuple(steps)


def _strength(open: Ints, migrations: Ints, coarser: Floats) -> float:
    """How many crossings of its own a stratum needs to count as much as the one around it."""
    chance = coarser * (1 - coarser)
    strayed = ((migrations - open * coarser) ** 2 - open * chance).sum()
    together = (open * (open - 1) * chance).sum()
    rho = float(np.clip(strayed / together if together > 0 else 0.0, *RHO))
    return 1 / rho - 1


def _spread(past: Past, years: Ints) -> Floats:
    """Relative error beyond chance of a month's migrations, foretold from the crossings of all other years.

    No band of lags strays less than all together: that is chance. Few years tell little of the next one: the variance
    grows by (years + 1) / (years - 1), about as the quantiles of Student's t do.
    """
    counts = past.counts
    foretold = np.zeros(len(years))
    for year in np.unique(years):
        base, steps = fit(Counts(*(each[years != year] for each in counts)))
        within = years == year
        foretold[within] = OpenModel(base, steps, np.zeros((2, 1)), np.ones(2)).probability(counts.stratum[within])
    expected = by_month(past, counts.open * foretold)
    chance = by_month(past, counts.open * foretold * (1 - foretold))
    error = by_month(past, counts.migrations) - expected
    seen = _telling(counts, years)
    band = _band(np.arange(LAGS))
    pooled = _beyond(error, chance, expected)
    own = np.array(
        [_beyond(*(each[:, band == at] for each in (error, chance, expected))) for at in range(band[-1] + 1)]
    ).T
    found: Floats = np.sqrt(np.maximum(own, pooled[:, None]) * (seen + 1) / (seen - 1))
    return found


def _beyond(error: Floats, chance: Floats, expected: Floats) -> Floats:
    """Squared relative error beyond chance, [arrival], with what chance may hide of it: a standard deviation of its
    own sum of squares."""
    squares, hidden = ((each**2).sum(axis=(0, 1)) for each in (expected, chance))
    beyond: Floats = np.maximum((error**2 - chance).sum(axis=(0, 1)), 0) + np.sqrt(2 * hidden)
    found: Floats = np.divide(beyond, squares, out=np.zeros(2), where=squares > 0)
    return found


def _band(lag: Ints) -> Ints:
    return np.searchsorted(LAG_BANDS, lag, side="right")


def _years(counts: Counts) -> Ints:
    """Calendar years of the crossings, since 1970."""
    return (counts.vintage - 1 - counts.lag) // 12


def _telling(counts: Counts, years: Ints) -> int:
    """How many years tell something of another one. At the end of its own month each crossing is open once."""
    _, at = np.unique(years, return_inverse=True)
    own = counts.migrations * (counts.lag == 0)
    migrations = np.bincount(at * 2 + is_arrival(counts.stratum), own, 2 * (at.max(initial=-1) + 1))
    return int((migrations.reshape(-1, 2) >= TELLING).all(axis=1).sum())
