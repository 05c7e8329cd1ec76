"""The past of open crossings: how many of those that were open at an earlier end of observation became migrations.

An earlier vintage is reckoned anew from the facts as they are known now, cut at its end of observation. Only vintages
all of whose crossings are decided by now count (two windows of the rule at most), the first of them a year after the
register began: before, nobody's status is known but by other evidence.
"""

from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.strata import is_arrival, open_crossings
from services.accounting.rules.figures.movements import month_of
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import Migration, States, resolved_migration
from services.accounting.rules.residence.reckoning import Coverage, initial_of
from services.accounting.rules.residence.residence import M1216, classify

Ints = npt.NDArray[np.int64]

LAGS: Final = 17
"""Months, the vintage's last one included, in which a crossing may be open: a window of 487 days touches so many."""
MOST: Final = 60
"""Vintages that are looked at, the newest: five years."""
FINAL_AFTER: Final = M1216.window
"""Days after an end of observation by which everything is decided that was open then."""


class Counts(NamedTuple):
    """Open crossings of a past by vintage (month since 1970 that it begins), lag of the crossing's month behind the
    vintage's last one, and stratum: each once, how many they were, and how many of them became migrations."""

    vintage: Ints
    lag: Ints
    stratum: Ints
    open: Ints
    migrations: Ints


class Past(NamedTuple):
    """Open crossings; beside them the migrations final at each vintage and those final now, [vintage, lag, arrival]."""

    vintages: Ints
    counts: Counts
    final_then: Ints
    final_now: Ints

    def joined(self, others: Self) -> Self:
        """With the past of other persons, at the same vintages."""
        together = Counts(*(np.concatenate(each) for each in zip(self.counts, others.counts, strict=True)))
        return type(self)(
            self.vintages, summed(together), self.final_then + others.final_then, self.final_now + others.final_now
        )


def vintages(coverage: Coverage) -> Ints:
    """The months since 1970 whose first days are ends of observation to look back to; none of a young register."""
    if coverage.obs_end <= coverage.register_start:
        return np.zeros(0, np.int64)
    first, last = month_of(np.array([coverage.register_start + M1216.threshold - 1, coverage.obs_end - FINAL_AFTER]))
    return np.arange(max(first + 1, last - MOST + 1), last + 1)


def first_day(month: npt.ArrayLike) -> Ints:
    """Day numbers of the first days of months since 1970."""
    return np.asarray(month, np.int64).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def nothing(months: Ints) -> Past:
    """Nobody's past at these vintages."""
    shape = (len(months), LAGS, 2)
    counts = Counts(*(np.zeros(0, np.int64) for _ in Counts._fields))
    return Past(months, counts, np.zeros(shape, np.int64), np.zeros(shape, np.int64))


def past_of(people: People, coverage: Coverage, months: Ints) -> Past:
    """What became of these persons' crossings that were open at the beginning of each of the months."""
    owner = np.repeat(np.arange(len(people.ids)), people.evidence_lengths)
    initial = initial_of(people.crossings, people.lengths, owner, people.evidence, coverage.register_start)
    person = np.repeat(np.arange(len(people.ids)), people.lengths)
    past = nothing(months)
    found: list[Counts] = [past.counts]
    for at, month in enumerate(months.tolist()):
        obs_end = int(first_day(month))
        day = people.crossings["day"]
        recent = np.zeros(len(people.ids), np.bool_)
        recent[person[(day < obs_end) & (day >= obs_end - FINAL_AFTER)]] = True
        concerned = recent[person]
        crossings, lengths = people.crossings[concerned], people.lengths[recent]
        arrival = crossings["arrival"].astype(np.bool_)
        states = classify(lengths, crossings["day"], arrival, initial[recent], obs_end).states
        lag = month - 1 - month_of(crossings["day"])
        opened = open_crossings(crossings, lengths, states, obs_end)
        became = resolved_migration(crossings["state"][opened.position]) == Migration.YES
        found.append(
            Counts(
                np.full(len(opened.position), month),
                lag[opened.position],
                opened.stratum,
                np.ones(len(opened.position), np.int64),
                became.astype(np.int64),
            )
        )
        past.final_then[at] = _migrations(states, lag, arrival)
        past.final_now[at] = _migrations(crossings["state"], lag, arrival)
    together = Counts(*(np.concatenate(each) for each in zip(*found, strict=True)))
    return past._replace(counts=summed(together))


def summed(counts: Counts) -> Counts:
    """The same counts, each vintage, lag and stratum once."""
    if not len(counts.vintage):
        return counts
    order = np.lexsort((counts.stratum, counts.lag, counts.vintage))
    ordered = Counts(*(each[order] for each in counts))
    differs = np.zeros(len(order) - 1, np.bool_)
    for each in ordered[:3]:
        differs |= each[1:] != each[:-1]
    starts = np.flatnonzero(np.concatenate(([True], differs)))
    return Counts(*(each[starts] for each in ordered[:3]), *(np.add.reduceat(each, starts) for each in ordered[3:]))


def by_month(past: Past, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Values of each of the counts, summed [vintage, lag, arrival]."""
    counts = past.counts
    at = (np.searchsorted(past.vintages, counts.vintage) * LAGS + counts.lag) * 2 + is_arrival(counts.stratum)
    sums = np.bincount(at, values.astype(np.float64), past.final_now.size).astype(np.float64)
    return sums.reshape(len(past.vintages), LAGS, 2)


def _migrations(states: States, lag: Ints, arrival: npt.NDArray[np.bool_]) -> Ints:
    """Final migrations by lag and direction."""
    counted = (resolved_migration(states) == Migration.YES) & (lag >= 0) & (lag < LAGS)
    return np.bincount(lag[counted] * 2 + arrival[counted], minlength=LAGS * 2).reshape(LAGS, 2)
