"""Where the past is no guide: months in which a register falls or rises beyond all that other years show.

Told from our own records alone. A month of a series is usual if it lies near the median of the same calendar month of
all other years; it breaks where it is off by more than `FAR` standard deviations (of square roots of counts, and of the
median of so many years, or by how much the months of this series stray where that is more) and by more than `APART`
of the usual. Of a few records nothing is said.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.past import LAGS, Past, by_month, first_day
from services.accounting.rules.figures.movements import month_of
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import follows_gap
from services.accounting.rules.residence.reckoning import Coverage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAR: Final = 4.0
APART: Final = 0.3
VANISHED: Final = 0.1
"""Share of the usual below which a month breaks however much others stray."""
FEWEST: Final = 2
"""Other years that must show a calendar month."""
LEAST: Final = 8.0
"""Records more or fewer than usual that there must be for anything to be said."""
_MAD: Final = 1.4826  # of a normal distribution: standard deviations in a median absolute deviation

CROSSINGS: Final = ("departures", "arrivals")
MISSING: Final = ("departures_missing", "arrivals_missing")
"""Series, by direction: crossings that are recorded; those missing before a recorded one, by its month."""


OPEN: Final = ("departures_open", "arrivals_open")
"""Crossings that are open now, of the last months."""
BANDS: Final = ((0, 3), (3, 8), (8, LAGS))
EXCESS: Final = 2.0


class Break(NamedTuple):
    """A month (since 1970) of a series, what was seen in it, and what is usual."""

    series: str
    month: int
    seen: float
    usual: float


class Volumes(NamedTuple):
    """Records by month, from month `first` (since 1970) on: [series, month], in the order of `SERIES`."""

    first: int
    counts: Ints

    @property
    def months(self) -> int:
        return int(self.counts.shape[1])

    def joined(self, others: "Volumes") -> "Volumes":
        return Volumes(self.first, self.counts + others.counts)


SERIES: Final = (*CROSSINGS, *MISSING)


def whole_months(coverage: Coverage) -> tuple[int, int]:
    """Months (since 1970) of which every day is covered, half-open."""
    if coverage.obs_end <= coverage.register_start:
        return 0, 0
    first, end = month_of(np.array([coverage.register_start, coverage.obs_end])).tolist()
    first += int(first_day(first)) < coverage.register_start
    return first, max(first, end)


def no_volumes(coverage: Coverage) -> Volumes:
    """Nobody's, over all whole months."""
    first, end = whole_months(coverage)
    return Volumes(first, np.zeros((len(SERIES), end - first), np.int64))


def volumes_of(people: People, coverage: Coverage) -> Volumes:
    """Of these persons' crossings."""
    none = no_volumes(coverage)
    month = month_of(people.crossings["day"]) - none.first
    arrival = people.crossings["arrival"].astype(np.int64)
    within = (month >= 0) & (month < none.months)
    gap = within & follows_gap(people.crossings["state"])
    series = np.concatenate((arrival[within], 2 + (1 - arrival)[gap]))
    at = series * none.months + np.concatenate((month[within], month[gap]))
    return Volumes(none.first, np.bincount(at, minlength=none.counts.size).reshape(none.counts.shape))


def usual(counts: Ints) -> Floats:
    """What other years show in each month's calendar month: their median; nan where too few do."""
    found = np.full(len(counts), np.nan)
    at = np.arange(len(counts))
    for month in at:
        others = counts[(at % 12 == month % 12) & (at != month)]
        if len(others) >= FEWEST:
            found[month] = np.median(others)
    return found


def breaks(name: str, first: int, counts: Ints) -> list[Break]:
    """The months of a series that break, in order."""
    expected = usual(counts)
    known = ~np.isnan(expected)
    level = np.where(known, expected, 0.0)
    off = np.where(known, counts - level, 0.0)
    score = np.where(known, 2 * (np.sqrt(counts) - np.sqrt(level)), 0.0)  # of a count, its standard deviation is 1
    of_chance = np.sqrt(1 + np.pi / 2 / max(1, len(counts) // 12 - 1))  # of the median of other years, too
    strays = max(of_chance, _MAD * float(np.median(np.abs(score[known]))) if known.any() else 0.0)
    apart = (np.abs(score) > FAR * strays) & (np.abs(off) > APART * level)
    vanished = (counts < VANISHED * level) & (-score > FAR * of_chance)
    broken = np.flatnonzero(known & (np.abs(off) >= LEAST) & (apart | vanished))
    return [Break(name, first + int(at), float(counts[at]), float(expected[at])) for at in broken]


def broken(volumes: Volumes) -> list[Break]:
    """Of all series."""
    return [
        each
        for name, counts in zip(SERIES, volumes.counts, strict=True)
        for each in breaks(name, volumes.first, counts)
    ]


def fallen(found: list[Break], volumes: Volumes) -> Floats:
    """The share of crossings that is lacking, [arrival, month]; 0 in months that do not break."""
    lacking = np.zeros((2, volumes.months))
    for each in found:
        if each.series in CROSSINGS and each.seen < each.usual:
            lacking[CROSSINGS.index(each.series), each.month - volumes.first] = 1 - each.seen / each.usual
    return lacking


def grown(found: list[Break], volumes: Volumes) -> Floats:
    """How many times as many crossings as usual are missing between others, [arrival, month]; 1 in other months."""
    times = np.ones((2, volumes.months))
    for each in found:
        if each.series in MISSING and each.seen > each.usual:
            times[MISSING.index(each.series), each.month - volumes.first] = each.seen / max(each.usual, 1.0)
    return times


def beyond(volumes: Volumes, past: Past, open_now: Ints) -> tuple[Floats, list[Break]]:
    """Whether more crossings are open than were ever at this season: of those [lag, arrival] that are open now the
    share that is more than the mean of the past, [arrival, lag]; and what breaks, as of the last month.

    Asked in bands of lags, of as many crossings as these months have: a band breaks where the share that is open is
    greater than in any past year by more than `EXCESS` standard deviations of a count. Years whose months break, or
    of which less than a band is covered, are no past.
    """
    end = volumes.first + volumes.months
    share, found = np.zeros((2, LAGS)), list[Break]()
    then = by_month(past, past.counts.open)
    seasons = [at for at, month in enumerate(past.vintages.tolist()) if month % 12 == end % 12]
    for to, name in enumerate(OPEN):
        for lags in BANDS:
            crossed = _crossed(volumes, to, end, lags)
            ratios = [
                then[at, slice(*lags), to].sum() / of
                for at in seasons
                if (of := _crossed(volumes, to, int(past.vintages[at]), lags))
            ]
            now = float(open_now[slice(*lags), to].sum())
            if len(ratios) < FEWEST or not crossed:
                continue
            usual, most = crossed * float(np.mean(ratios)), crossed * max(ratios)
            if now - most > EXCESS * np.sqrt(max(most, 1.0)):
                share[to, slice(*lags)] = 1 - usual / now
                found.append(Break(name, end - 1, now, usual))
    return share, found


def _crossed(volumes: Volumes, arrival: int, end: int, lags: tuple[int, int]) -> int:
    """Crossings of the months at these lags behind `end`; 0 where not all are covered, or one of them breaks."""
    months = range(end - volumes.first - lags[1], end - volumes.first - lags[0])
    own = volumes.counts[arrival]
    if months.start < 0 or months.stop > len(own):
        return 0
    lacking = {each.month - volumes.first for each in breaks(CROSSINGS[arrival], volumes.first, own)}
    return 0 if lacking & set(months) else int(own[months.start : months.stop].sum())
