"""What the estimates would have been at every month of the past, from what was frozen then, beside what became of them.

At each vintage the model is learned anew from the vintages that were all final by then, and from nothing later.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.past import FINAL_AFTER, Counts, Past, by_month, first_day
from services.accounting.rules.estimates.provisional import OpenModel, learn

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Span = Literal["M", "Q", "A"]
SPANS: Final[Mapping[Span, tuple[int, int]]] = {"M": (0, 1), "Q": (0, 3), "A": (0, 12)}
"""What is judged at each vintage: its last month, quarter, twelve months, as lags (half-open)."""
LEVELS: Final = {80: 1.2816, 95: 1.96}
"""Intervals: per cent, and how many standard errors reach to each side (normal distribution)."""


class Judged(NamedTuple):
    """The figure of the last months before a vintage, as estimated then: `naive` is what was final then, `value` the
    estimate, `final` what it came to."""

    vintage: int
    span: Span
    arrival: bool
    naive: int
    value: float
    error: float
    final: int


class Quality(NamedTuple):
    """Of the figures of one span and direction over all vintages: mean relative error, mean absolute relative revision
    of the estimate and of the naive count, and shares of intervals that hold the final figure."""

    span: Span
    arrival: bool
    vintages: int
    bias: float
    revision: float
    naive_revision: float
    covered: dict[int, float]

    @property
    def beats_naive(self) -> bool:
        return self.revision < self.naive_revision


def backtest(past: Past) -> list[Judged]:
    """Every vintage that had a past to learn from, in order."""
    return [each for at, model in models(past) for each in judged_at(past, at, model)]


def models(past: Past) -> Iterator[tuple[int, OpenModel]]:
    """The position of every vintage that had a past to learn from, and what that taught, in order."""
    ends = first_day(past.vintages)
    for at in range(len(ends)):
        known = int(np.count_nonzero(ends + FINAL_AFTER <= ends[at]))
        model = learn(_until(past, known)) if known else None
        if model:
            yield at, model


def widening(judged: list[Judged]) -> Floats:
    """By how much standard errors must grow so that the years' past errors are what they say, [arrival]; never less."""
    factors = np.ones(2)
    for arrival in (False, True):
        scores = [
            ((each.final - each.value) / each.error) ** 2
            for each in judged
            if each.span == "A" and each.arrival == arrival and each.error > 0
        ]
        if scores:
            factors[int(arrival)] = max(1.0, float(np.sqrt(np.mean(scores))))
    return factors


def quality(judged: list[Judged], factors: Floats) -> list[Quality]:
    """What the back-test says, standard errors widened by `factors` [arrival]."""
    groups: dict[tuple[Span, bool], list[Judged]] = {}
    for each in judged:
        if each.final:
            groups.setdefault((each.span, each.arrival), []).append(each)
    return [_quality(span, arrival, own, factors[int(arrival)]) for (span, arrival), own in groups.items()]


def _until(past: Past, known: int) -> Past:
    counts = past.counts
    then = np.isin(counts.vintage, past.vintages[:known])
    return Past(
        past.vintages[:known],
        Counts(*(each[then] for each in counts)),
        past.final_then[:known],
        past.final_now[:known],
    )


def judged_at(past: Past, at: int, model: OpenModel) -> list[Judged]:
    """The vintage at a position, by the model as it was learned then."""
    counts, vintage = past.counts, int(past.vintages[at])
    own = past._replace(counts=Counts(*(each[counts.vintage == vintage] for each in counts)))
    open = own.counts.open
    probability = model.probability(own.counts.stratum)
    strayed = model.strayed(own.counts.stratum, own.counts.lag)
    expected, chance, spread = (
        by_month(own, open * each)[at] for each in (probability, probability * (1 - probability), probability * strayed)
    )
    found: list[Judged] = []
    for span, lags in SPANS.items():
        some = slice(*lags)
        naive, final = past.final_then[at, some].sum(axis=0), past.final_now[at, some].sum(axis=0)
        value = naive + expected[some].sum(axis=0)
        error = np.sqrt(chance[some].sum(axis=0) + spread[some].sum(axis=0) ** 2)
        found += [
            Judged(vintage, span, bool(to), int(naive[to]), float(value[to]), float(error[to]), int(final[to]))
            for to in (0, 1)
        ]
    return found


def _quality(span: Span, arrival: bool, own: list[Judged], factor: float) -> Quality:
    final = np.array([each.final for each in own], np.float64)
    off = np.array([each.value for each in own]) - final
    naive = np.array([each.naive for each in own]) - final
    error = np.array([each.error for each in own]) * factor
    return Quality(
        span,
        arrival,
        len(own),
        float(np.mean(off / final)),
        float(np.mean(np.abs(off / final))),
        float(np.mean(np.abs(naive / final))),
        {level: float(np.mean(np.abs(off) <= reach * error)) for level, reach in LEVELS.items()},
    )
