"""What makes a figure unsure beside the fate of its open crossings: records that were lost, and months that break.

Apart from each other, and from what the model of open crossings says of itself:

- Missed: what crossings that the border never recorded do to the figure (losses): how much too high it is expected to
  be, and the chance in that. Where more are missing between others than usual, so much more often is lost.
- Broken: where a month of crossings lacks a share of the usual ones, all figures whose persons crossed then. What
  leaving out one crossing changes so many months before or after it (losses), in the months that do not break, is
  scaled to the share that lacks; directions are not set off against each other, and all is taken to err in one way. A
  figure of such a month is as unsure as what usually stands there.
- Broken, too: where more crossings are open than were ever at that season. The excess is taken to share one fate, which
  nobody knows: its number times the square root of p(1 - p).

These are errors, and no figure is corrected by them.
"""

from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.breaks import Break, Volumes, fallen, grown
from services.accounting.rules.estimates.expected import MILLION, Awaited, Expected
from services.accounting.rules.estimates.losses import Gaps, Influence
from services.accounting.rules.estimates.provisional import Floats, Ints, OpenModel
from services.accounting.rules.estimates.strata import is_arrival
from services.accounting.rules.figures.movements import FIELDS, NO_CELLS, Tally, difference, pack, places
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import Migration, resolved_migration

REACH: Final = 36
"""Months before and after a lost crossing in which it is asked what it changes."""
YOUNG: Final = 12
"""Months of a register in which hardly anything is decided."""
SLIGHT: Final = 0.01
"""Share of a figure below which what breaks is left out."""


class Finals(NamedTuple):
    """Crossings of one verdict of M1216R that no day will change: the place and direction of each."""

    cell: Ints
    arrival: Ints

    def joined(self, others: "Finals") -> "Finals":
        return Finals(*(np.concatenate(each) for each in zip(self, others, strict=True)))


class Country(NamedTuple):
    """What everybody's records tell beside the model's past. `finals`: migrations; `undetermined`: crossings of whom
    nobody can know where they lived."""

    finals: Finals
    undetermined: Finals
    awaited: Awaited
    influence: Influence
    gaps: Gaps
    volumes: Volumes

    def joined(self, others: "Country") -> "Country":
        return Country(
            self.finals.joined(others.finals),
            self.undetermined.joined(others.undetermined),
            self.awaited.joined(others.awaited),
            self.influence.joined(others.influence),
            self.gaps.joined(others.gaps),
            self.volumes.joined(others.volumes),
        )


class MonthDoubt(NamedTuple):
    """Of a month's immigrations or emigrations: how many there are, by how many too many they are expected to be, the
    variance of that, how far what breaks may move them, and how many crossings more may be one."""

    month: int
    arrival: bool
    figure: float
    missed: float
    chance: float
    broken: float
    undetermined: int


def finals_of(people: People, verdict: Migration) -> Finals:
    """Of these persons."""
    final = people.crossings[resolved_migration(people.crossings["state"]) == verdict]
    return Finals(places(final), final["arrival"].astype(np.int64))


class _Counted(NamedTuple):
    """All migrations, final or expected: place, direction, months since the first one, and how many each stands for."""

    cell: Ints
    arrival: Ints
    at: Ints
    weight: Floats


def doubts(country: Country, model: OpenModel, found: list[Break], beyond: Floats) -> tuple[Tally, list[MonthDoubt]]:
    """By place as cells, and by month. `beyond`: of open crossings, the share that is too many, [arrival, lag]."""
    volumes, counted = country.volumes, _counted(country, model)
    figure = _sums(counted.arrival, counted.at, counted.weight, volumes.months)
    missed, chance = _missed(country, model, grown(found, volumes))
    errors = _broken(country, model, fallen(found, volumes), figure)
    moved = _moved(counted, figure, errors, volumes)
    excess = _excess(country.awaited, model, beyond)
    influence = country.influence
    tally = _cells(
        (Expected.EMI_MISSED, influence.cell, influence.arrival, missed),
        (Expected.EMI_MISSED_CHANCE, influence.cell, influence.arrival, chance),
        (Expected.EMI_BROKEN, moved.cell, moved.arrival, moved.weight),
        (Expected.EMI_BROKEN, country.awaited.cell, is_arrival(country.awaited.stratum).astype(np.int64), excess),
    )
    return tally, _by_month(country, figure, tally)


def _counted(country: Country, model: OpenModel) -> _Counted:
    cell = np.concatenate((country.finals.cell, country.awaited.cell))
    arrival = np.concatenate((country.finals.arrival, is_arrival(country.awaited.stratum).astype(np.int64)))
    likely = model.probability(country.awaited.stratum)
    weight = np.concatenate((np.ones(len(country.finals.cell)), likely))
    return _Counted(cell, arrival, _month(cell) - country.volumes.first, weight)


def _missed(country: Country, model: OpenModel, times: Floats) -> tuple[Floats, Floats]:
    """Of each row of the influence: expected change, and its variance."""
    influence = country.influence
    at = influence.month - country.volumes.first
    known = (at >= 0) & (at < country.volumes.months)
    often = np.where(known, times[influence.lost & 1, np.where(known, at, 0)], 1.0) if times.size else 1.0
    odds = country.gaps.odds()[influence.lost] * often
    values = influence.values(model)
    return odds * values, odds * values**2


def _broken(country: Country, model: OpenModel, lacking: Floats, figure: Floats) -> Floats:
    """How far what lacks may move the nation's figures, [arrival, month]."""
    months = country.volumes.months
    if not lacking.any():
        return np.zeros((2, months))
    whole = (~lacking.any(axis=0)) & (np.arange(months) >= YOUNG)
    kernel = _kernel(country.influence, country.influence.values(model), country.volumes, whole)
    errors = np.zeros((2, months))
    for lost in (0, 1):
        for arrival in (0, 1):
            reached = np.convolve(lacking[lost], kernel[arrival, lost])[REACH : REACH + months]
            errors[arrival] += np.abs(reached)
    usual = np.array([each[whole].mean() if whole.any() else 0.0 for each in figure])
    share = lacking.max(axis=0)
    errors = np.where(share > 0, share * usual[:, None], errors)
    return np.where(errors > SLIGHT * np.maximum(figure, usual[:, None]), errors, 0.0)


def _kernel(influence: Influence, values: Floats, volumes: Volumes, whole: np.ndarray) -> Floats:
    """Change of a month's figure where all crossings of a month `offset` before it were lost, one by one: [arrival of
    the figure, arrival of the lost ones, offset + REACH]."""
    cause = influence.month - volumes.first
    at = _month(influence.cell) - volumes.first
    offset = at - cause
    within = (cause >= 0) & (cause < volumes.months) & (at >= YOUNG) & (at < volumes.months) & (abs(offset) <= REACH)
    within[within] &= whole[cause[within]]
    number = ((influence.arrival * 2 + (influence.lost & 1)) * (2 * REACH + 1) + offset + REACH)[within]
    sums = np.bincount(number, values[within], 4 * (2 * REACH + 1)).reshape(2, 2, 2 * REACH + 1)
    causes = np.flatnonzero(whole)
    reached = causes[:, None] + np.arange(-REACH, REACH + 1)
    seen = ((reached >= YOUNG) & (reached < volumes.months)).sum(axis=0)
    found: Floats = sums / np.maximum(seen, 1)
    return found


def _moved(counted: _Counted, figure: Floats, errors: Floats, volumes: Volumes) -> _Counted:
    """The errors of months shared out to their places; where hardly anything stands, to those of the year before."""
    parts: list[_Counted] = [_Counted(NO_CELLS, NO_CELLS, NO_CELLS, np.zeros(0))]
    usual = np.median(figure[:, YOUNG:], axis=1) if volumes.months > YOUNG else np.zeros(2)
    for arrival, month in zip(*np.nonzero(errors), strict=True):
        like = next((year for year in range(month, -1, -12) if figure[arrival, year] > usual[arrival] / 2), None)
        if like is None:
            continue
        own = (counted.arrival == arrival) & (counted.at == like)
        moved = counted.cell[own] + (int(month - like) << FIELDS["month"].shift)
        weight = counted.weight[own] * errors[arrival, month] / figure[arrival, like]
        parts.append(_Counted(moved, counted.arrival[own], np.full(len(moved), month), weight))
    return _Counted(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _excess(awaited: Awaited, model: OpenModel, beyond: Floats) -> Floats:
    likely = model.probability(awaited.stratum)
    found: Floats = beyond[is_arrival(awaited.stratum).astype(np.int64), awaited.lag] * np.sqrt(likely * (1 - likely))
    return found


def _cells(*parts: tuple[Expected, Ints, Ints, Floats]) -> Tally:
    """Kinds of departures, with places, directions and sums."""
    cells = np.concatenate([cell | pack(indicator=kind + arrival) for kind, cell, arrival, _ in parts])
    counts = np.concatenate([np.rint(sums * MILLION).astype(np.int64) for *_, sums in parts])
    return difference(Tally(NO_CELLS, NO_CELLS), Tally(cells, counts))


def _by_month(country: Country, figure: Floats, tally: Tally) -> list[MonthDoubt]:
    first, months = country.volumes.first, country.volumes.months
    kind = _kind(tally.cells)
    at = _month(tally.cells) - first
    missed, chance, broken = (
        _sums((kind & 1)[own], at[own], tally.counts[own] / MILLION, months)
        for own in ((kind | 1) == (each | 1) for each in _DOUBTS)
    )
    unknown = country.undetermined
    undetermined = _sums(unknown.arrival, _month(unknown.cell) - first, np.ones(len(unknown.cell)), months)
    return [
        MonthDoubt(
            month=first + month,
            arrival=bool(to),
            figure=float(figure[to, month]),
            missed=float(missed[to, month]),
            chance=float(chance[to, month]),
            broken=float(broken[to, month]),
            undetermined=int(undetermined[to, month]),
        )
        for month in range(months)
        for to in (0, 1)
    ]


_DOUBTS: Final = (Expected.EMI_MISSED, Expected.EMI_MISSED_CHANCE, Expected.EMI_BROKEN)


def _sums(arrival: Ints, at: Ints, weight: Floats, months: int) -> Floats:
    """[arrival, month]; what lies in no whole month is left out."""
    within = (at >= 0) & (at < months)
    sums: Floats = np.bincount(arrival[within] * months + at[within], weight[within], 2 * months).astype(np.float64)
    return sums.reshape(2, months)


def _month(cells: Ints) -> Ints:
    field = FIELDS["month"]
    return cells >> field.shift & (1 << field.bits) - 1


def _kind(cells: Ints) -> Ints:
    field = FIELDS["indicator"]
    return cells >> field.shift & (1 << field.bits) - 1
