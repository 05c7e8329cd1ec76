"""Capture-recapture of citizens who work abroad, judged on simulated countries before anything of it is published.

`python -m tests.accuracy.recapture FOLDER SEED PEOPLE YEARS` draws a country, plays nothing into any service, and links
its records by the true person: the best that any linkage could do. Two lists at a year's end: the consular register's
workers, and citizens whose last crossing is an exit to work. Chapman's estimator supposes
that each list meets everybody with one chance, and that being in one says nothing of being in the other.
"""

import sys
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

from deploy.simulation.draw import draw
from deploy.simulation.truth import TrueRecord
from shared.kernel.calendar import add_months
from tests.accuracy.naive import record_of
from tests.accuracy.truth import HOME, Truth, read

_95 = 1.96  # of a normal distribution
THROUGH = date(2025, 12, 31)


class Recaptured(NamedTuple):
    """An estimate of how many there are, its standard error and its 95 % interval; `naive`: the longer list."""

    value: float
    std_error: float
    low: float
    high: float
    naive: int


class Judged(NamedTuple):
    """A year's end: how many there truly are beside what is said of them."""

    year: int
    true: int
    said: Recaptured

    @property
    def inside(self) -> bool:
        return self.said.low <= self.true <= self.said.high


def chapman(first: Collection[int], second: Collection[int]) -> Recaptured:
    """Chapman (1951), from two lists of persons; the interval is the transformed logit one (Sadinle 2009), which does
    not shrink to nothing where a list lies wholly in the other."""
    one, two = set(first), set(second)
    both, seen = len(one & two), len(one | two)
    value = (len(one) + 1) * (len(two) + 1) / (both + 1) - 1
    variance = (len(one) + 1) * (len(two) + 1) * (len(one) - both) * (len(two) - both) / ((both + 1) ** 2 * (both + 2))
    met, only_one, only_two = (each + 0.5 for each in (both, len(one) - both, len(two) - both))
    unseen = only_one * only_two / met
    spread = exp(_95 * sqrt(1 / met + 1 / only_one + 1 / only_two + 1 / unseen))
    low, high = seen - 0.5 + unseen / spread, seen - 0.5 + unseen * spread
    return Recaptured(value, sqrt(variance), low, high, max(len(one), len(two)))


def judged(truth: Truth) -> Iterator[Judged]:
    """Every year's end that the registers reach."""
    for year in truth.years():
        day = date(year, 12, 31)
        true = {
            life.number
            for life, stay in truth.present(day)
            if stay.country != HOME and stay.purpose == "work" and life.citizen_on(day)
        }
        citizens = {number for number, life in truth.lives.items() if life.citizen_on(day)}
        consular, border = registered_on(truth.records, day), last_left_to_work(truth.records, day)
        yield Judged(year, len(true), chapman(consular & citizens, border & citizens))


def registered_on(records: Iterable[TrueRecord], day: date) -> set[int]:
    """Lives of whom a consular registration of work was made by the day and not withdrawn, and who were not seen to
    have come back since."""
    newest: dict[tuple[str, str, str], TrueRecord] = {}
    home: dict[int, date] = {}
    for each in sorted(records, key=lambda each: (each.version, each.day)):
        if each.path == "consular-registrations" and each.purpose == "work" and each.day <= day:
            newest[record_of(each)] = each
        if each.path == "border-crossings" and each.what == "entry" and each.day <= day:
            home[each.life] = max(each.day, home.get(each.life, each.day))
    made = [each for each in newest.values() if each.act != "withdraw"]
    return {each.life for each in made if home.get(each.life, date.min) <= each.day}


def last_left_to_work(records: Iterable[TrueRecord], day: date) -> set[int]:
    """Lives whose newest crossing by the day is an exit with the purpose of work."""
    last: dict[int, TrueRecord] = {}
    for each in records:
        if each.path == "border-crossings" and each.act != "withdraw" and each.day <= day:
            last[each.life] = max(each, last.get(each.life, each), key=lambda each: (each.day, each.version))
    return {life for life, each in last.items() if each.what == "exit" and each.purpose == "work"}


def main() -> None:
    folder, seed, people, years = Path(sys.argv[1]), *map(int, sys.argv[2:])
    draw(seed, people, add_months(THROUGH + timedelta(1), -12 * years), THROUGH, folder)
    print("| seed | year | true | Chapman | 95 % | inside | longer list |")
    for each in judged(read(folder)):
        said = each.said
        print(
            f"| {seed} | {each.year} | {each.true} | {said.value:.0f} | {said.low:.0f} to {said.high:.0f} "
            f"| {'yes' if each.inside else 'no'} | {said.naive} |"
        )


if __name__ == "__main__":
    main()
