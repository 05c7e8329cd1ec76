"""What follows of a simulated country's truth: who is where, and which crossings are migrations.

Counted in plain words, one life after the other: a border is crossed where two stays lie in different countries, and
the 12/16-month rule is that of the tests' oracle, with all in view that will ever be known.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from deploy.simulation import truth
from deploy.simulation.life import Life, Stay
from deploy.simulation.truth import TrueRecord
from tests.accounting.oracle_residence import Crossing, Result, classify

HOME = "KAZ"
EVER = 10**7
"""A day number after all days: the truth is judged with the whole of every life in view."""


class TrueLife(NamedTuple):
    """A life as far as figures ask for it: `citizenship` is the one of its first day."""

    number: int
    kind: str
    citizenship: str
    citizenships: tuple[tuple[date, str], ...]
    stays: tuple[Stay, ...]
    sex: str = ""
    born: date = date.min

    def citizen_on(self, day: date) -> bool:
        """Whether the life is a citizen's of Kazakhstan on a day."""
        return self.citizenship_on(day) == HOME

    def citizenship_on(self, day: date) -> str:
        """The citizenship that holds on a day; before all of them the first."""
        return next((state for since, state in reversed(self.citizenships) if since <= day), self.citizenship)


class TrueCrossing(NamedTuple):
    """A border crossing that happened, and what it is by the 12/16-month rule."""

    life: int
    day: date
    arrival: bool
    result: Result


@dataclass(frozen=True)
class Truth:
    """All of a country whose registers write from `start` through `through`."""

    start: date
    through: date
    lives: Mapping[int, TrueLife]
    records: Sequence[TrueRecord]

    @cached_property
    def crossings(self) -> tuple[TrueCrossing, ...]:
        """Every crossing within the registers' days, life by life, in order."""
        return tuple(
            crossing
            for life in self.lives.values()
            for crossing in _crossings(life)
            if self.start <= crossing.day <= self.through
        )

    def years(self) -> range:
        """Calendar years of which the registers hold every day."""
        past = self.through + timedelta(days=1)
        return range(self.start.year + (self.start > date(self.start.year, 1, 1)), past.year)

    def months(self) -> list[str]:
        """Months of which the registers hold every day, as SDMX writes them."""
        first, past = self.start + timedelta(days=27), self.through + timedelta(days=1)
        numbers = range(first.year * 12 + first.month - 1, past.year * 12 + past.month - 1)
        return [f"{number // 12}-{number % 12 + 1:02}" for number in numbers]

    def migrations(self, arrival: bool) -> Counter[str]:
        """Year or month -> lives that truly migrated in it, in or out."""
        return by_period(each.day for each in self.crossings if each.arrival == arrival and each.result.migration)

    def present(self, day: date) -> Iterator[tuple[TrueLife, Stay]]:
        """Everybody's stay on a day."""
        for life in self.lives.values():
            for stay in life.stays:
                if stay.since <= day and (stay.until is None or day < stay.until):
                    yield life, stay

    def abroad(self, purpose: str, day: date) -> Counter[str]:
        """Country -> citizens who are there for a purpose on a day."""
        return Counter(
            stay.country
            for life, stay in self.present(day)
            if stay.country != HOME and stay.purpose == purpose and life.citizen_on(day)
        )

    def emigrants(self, year: int) -> Counter[str]:
        """Country -> citizens who truly emigrated there in a year."""
        return Counter(
            stay.country
            for each in self.crossings
            if not each.arrival and each.result.migration and each.day.year == year
            if (life := self.lives[each.life]).citizen_on(each.day)
            for stay in life.stays
            if stay.since == each.day
        )

    def moves_inside(self) -> Counter[str]:
        """Year or month -> changes of region without a border between them."""
        return by_period(
            after.since
            for life in self.lives.values()
            for before, after in pairwise(life.stays)
            if before.country == after.country == HOME and before.region != after.region
            if self.start <= after.since <= self.through
        )


def by_period(days: Iterable[date]) -> Counter[str]:
    """How many days lie in each year and in each month, as SDMX writes these."""
    counts = Counter[str]()
    for day in days:
        counts.update((str(day.year), f"{day:%Y-%m}"))
    return counts


def read(folder: Path) -> Truth:
    """The truth as `make simulate` left it. Raises FileNotFoundError where it is not whole."""
    about = truth.about(folder)
    lives = {life.number: _needed(life) for life in truth.lives(folder)}
    return Truth(about.start, about.through, lives, list(truth.records(folder)))


def _needed(life: Life) -> TrueLife:
    first = life.stays[0].since
    return TrueLife(
        life.number, life.kind, life.citizenship_on(first), life.citizenships, life.stays, life.sex, life.born
    )


def _crossings(life: TrueLife) -> Iterator[TrueCrossing]:
    """The status at the beginning is the side on which the life begins: whoever is drawn has lived there before."""
    sides = [(stay.since, stay.country == HOME) for stay in life.stays]
    days = [Crossing(since.toordinal(), inside) for (_, was), (since, inside) in pairwise(sides) if was != inside]
    for crossing, result in zip(days, classify(days, int(sides[0][1]), EVER), strict=True):
        yield TrueCrossing(life.number, date.fromordinal(crossing.day), crossing.arrival, result)
