"""The truth of a simulated country, read from its folder: who is who, where everybody is, and what follows of it.

What follows is counted in plain words, one life after the other: border crossings where two stays lie in different
countries, and the 12/16-month rule by the oracle of the tests, with all that will ever be known.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from tests.accounting.oracle_residence import Crossing, Result, classify

HOME = "KAZ"
EVER = 10**7
"""A day number after all days: the truth is judged with the whole of every life in view."""


class TrueLife(NamedTuple):
    life: int
    kind: str
    people: str
    citizenship: str


class TrueStay(NamedTuple):
    """Where a life is from `since` to the day before `until` (date.max: for ever)."""

    life: int
    since: date
    until: date
    country: str
    region: str
    purpose: str
    ground: str

    @property
    def at_home(self) -> bool:
        return self.country == HOME


class TrueRecord(NamedTuple):
    """What a register wrote of a life; `day` is when it truly happened."""

    life: int
    service: str
    path: str
    source_id: str
    act: str
    day: date
    what: str
    document: str
    iin: str
    region: str
    country: str
    purpose: str


class TrueCrossing(NamedTuple):
    """A border crossing that happened, and what it is by the 12/16-month rule."""

    life: int
    day: date
    arrival: bool
    result: Result


@dataclass(frozen=True)
class Truth:
    """All of a country; `stays` hold each life's in order."""

    start: date
    through: date
    lives: Mapping[int, TrueLife]
    stays: Mapping[int, tuple[TrueStay, ...]]
    records: tuple[TrueRecord, ...]

    @cached_property
    def crossings(self) -> tuple[TrueCrossing, ...]:
        """Every crossing within the registers' days, life by life, in order."""
        return tuple(
            crossing
            for stays in self.stays.values()
            for crossing in _crossings(stays)
            if self.start <= crossing.day <= self.through
        )

    def years(self) -> range:
        """Calendar years of which the registers hold every day."""
        return range(self.start.year + (self.start > date(self.start.year, 1, 1)), self.through.year)

    def months(self) -> list[str]:
        """Months of which the registers hold every day, as SDMX writes them."""
        first, past = self.start + timedelta(days=27), self.through + timedelta(days=1)
        numbers = range(first.year * 12 + first.month - 1, past.year * 12 + past.month - 1)
        return [f"{number // 12}-{number % 12 + 1:02}" for number in numbers]

    def migrations(self, arrival: bool) -> Counter[str]:
        """Year or month -> lives that truly migrated in it, in or out."""
        days = [each.day for each in self.crossings if each.arrival == arrival and each.result.migration]
        return Counter(str(day.year) for day in days) + Counter(f"{day:%Y-%m}" for day in days)

    def present(self, day: date) -> Iterator[tuple[TrueLife, TrueStay]]:
        """Everybody's stay on a day."""
        for life, stays in self.stays.items():
            for stay in stays:
                if stay.since <= day < stay.until:
                    yield self.lives[life], stay

    def moves_inside(self) -> Counter[str]:
        """Year -> changes of region without a border between them."""
        return Counter(
            str(after.since.year)
            for stays in self.stays.values()
            for before, after in pairwise(stays)
            if before.at_home and after.at_home and before.region != after.region
            if self.start <= after.since <= self.through
        )


def read(folder: Path) -> Truth:
    """The truth as `make simulate` left it. Raises OSError, ValueError where it is not whole."""
    about = json.loads((folder / "about.json").read_text())
    stays = [_stay(row) for row in _rows(folder / "stays.csv")]
    return Truth(
        date.fromisoformat(about["start"]),
        date.fromisoformat(about["through"]),
        {int(row["life"]): _life(row) for row in _rows(folder / "lives.csv")},
        {life: tuple(own) for life, own in groupby(stays, key=attrgetter("life"))},
        tuple(_record(row) for row in _rows(folder / "records.csv")),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as lines:
        yield from csv.DictReader(lines)


def _life(row: dict[str, str]) -> TrueLife:
    return TrueLife(int(row["life"]), row["kind"], row["people"], row["citizenship"])


def _stay(row: dict[str, str]) -> TrueStay:
    until = date.fromisoformat(row["until"]) if row["until"] else date.max
    since = date.fromisoformat(row["since"])
    return TrueStay(int(row["life"]), since, until, row["country"], row["region"], row["purpose"], row["ground"])


def _record(row: dict[str, str]) -> TrueRecord:
    own = (row[name] for name in TrueRecord._fields[6:])
    day = date.fromisoformat(row["day"])
    return TrueRecord(int(row["life"]), row["service"], row["path"], row["source_id"], row["act"], day, *own)


def _crossings(stays: tuple[TrueStay, ...]) -> Iterator[TrueCrossing]:
    """The status at the beginning is the side on which the life begins: whoever is drawn has lived there before."""
    days = [
        Crossing(after.since.toordinal(), after.at_home)
        for before, after in pairwise(stays)
        if before.at_home != after.at_home
    ]
    initial = int(stays[0].at_home)
    for crossing, result in zip(days, classify(days, initial, EVER), strict=True):
        yield TrueCrossing(stays[0].life, date.fromordinal(crossing.day), crossing.arrival, result)
