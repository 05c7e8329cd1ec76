"""How many lives of each kind begin in each month, and of which mix: read from `targets.csv`.

A target is a published figure with its source, or an assumption that says so. Rows of breakdown `_T` are what is
published for a year (`per_life`: how many of these a life brings); `sampling` thins a kind out or strengthens it, so
that a small country holds some of each; `month` and the others (`origin`, `region`, `category`, `activity`, `sex`,
`age` ...) are shares of whatever sum. Of several periods the last that has begun by the year holds, before all of them
the first.
"""

import csv
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, cast, get_args

from deploy.simulation.life import Kind

TARGETS: Final = Path(__file__).resolve().parent / "targets.csv"
LEAD_MONTHS: Final = 15
"""Lives begin so long before the registers do, where the file tells no longer time (`lead`): who came before them is
seen leaving first."""


class Target(NamedTuple):
    """One dated figure of a `period` as published (`2024`, `2024-Q1`, empty for always). `dimension` and `code` are the
    two halves of its breakdown (`origin=UZB`)."""

    kind: str
    period: str
    year: int
    dimension: str
    code: str
    value: float
    unit: str
    source: str
    url: str


class Mix(NamedTuple):
    """Codes with their shares (adding up to 1), drawn in logarithmic time."""

    codes: tuple[str, ...]
    until: tuple[float, ...]

    def draw(self, random: Random) -> str:
        """A code by its share."""
        return self.codes[min(bisect(self.until, random.random()), len(self.codes) - 1)]

    def shares(self) -> dict[str, float]:
        """Code -> share."""
        before = (0.0, *self.until)
        return {code: until - since for code, until, since in zip(self.codes, self.until, before, strict=False)}


def _target(row: dict[str, str]) -> Target:
    dimension, _, code = row["breakdown"].partition("=")
    year = int(row["period"][:4]) if row["period"] else 0
    return Target(
        row["kind"], row["period"], year, dimension, code, float(row["value"]), row["unit"], row["source"], row["url"]
    )


@cache
def targets() -> tuple[Target, ...]:
    """Every row of the file."""
    with TARGETS.open(encoding="utf-8", newline="") as file:
        return tuple(_target(row) for row in csv.DictReader(file))


KINDS: Final = tuple(
    kind for kind in cast("tuple[Kind, ...]", get_args(Kind)) if any(each.kind == kind for each in targets())
)
"""Every kind that the file has targets of."""


@cache
def mix(kind: str, dimension: str, year: int) -> Mix:
    """The shares of a kind along a dimension in a year. Raises LookupError where the file tells none."""
    rows = [each for each in targets() if (each.kind, each.dimension) == (kind, dimension)]
    if not rows:
        raise LookupError(f"no target tells the {dimension} of {kind}")
    years = sorted({each.year for each in rows})
    holds = max((each for each in years if each <= year), default=years[0])
    told = [each for each in rows if each.year == holds]
    total = sum(each.value for each in told)
    return Mix(tuple(each.code for each in told), tuple(accumulate(each.value / total for each in told)))


@cache
def published(kind: str, year: int) -> float:
    """What is published of a kind for a year: persons, or the permits that are issued to them."""
    rows = sorted((each for each in targets() if (each.kind, each.dimension) == (kind, "_T")), key=lambda row: row.year)
    return next((each.value for each in reversed(rows) if each.year <= year), rows[0].value)


@cache
def per_life(kind: str) -> float:
    """How many of what is published of a kind one life brings on average: permits season after season; else one."""
    return next((each.value for each in targets() if (each.kind, each.dimension) == (kind, "per_life")), 1.0)


@cache
def sampling(kind: str) -> float:
    """By how much a kind is thinned out (below 1) or strengthened (above 1)."""
    return next(each.value for each in targets() if (each.kind, each.dimension) == (kind, "sampling"))


@cache
def lead(kind: str) -> int:
    """How many months before the registers the first lives of a kind begin: as long as they stay, so that as many are
    there on the first day as on any other."""
    return int(next((each.value for each in targets() if (each.kind, each.dimension) == (kind, "lead")), LEAD_MONTHS))


@dataclass(frozen=True)
class Plan:
    """How many of `people` lives are of each kind, and in which month each of them begins."""

    people: int
    start: date
    through: date

    def months(self, kind: Kind) -> tuple[tuple[int, int], ...]:
        """Every month in which lives of a kind begin."""
        first = self.start.year * 12 + self.start.month - 1 - lead(kind)
        last = self.through.year * 12 + self.through.month - 1
        return tuple(divmod(each, 12) for each in range(first, last + 1))

    @cached_property
    def expected(self) -> dict[Kind, float]:
        """Kind -> persons over all months, as published and then sampled."""
        return {kind: sum(self._weights(kind)) for kind in KINDS}

    @cached_property
    def lives(self) -> dict[Kind, int]:
        """Kind -> number of lives; together they are exactly `people` (largest remainders)."""
        total = sum(self.expected.values())
        exact = {kind: self.people * each / total for kind, each in self.expected.items()}
        counts = {kind: int(each) for kind, each in exact.items()}
        left = self.people - sum(counts.values())
        for kind in sorted(KINDS, key=lambda each: counts[each] - exact[each])[:left]:
            counts[kind] += 1
        return counts

    @property
    def scale(self) -> float:
        """Lives that stand for one person of a kind that is sampled at 1."""
        return self.people / sum(self.expected.values())

    def begins(self, kind: Kind, place: float) -> tuple[int, int]:
        """Year and month (0-11) in which the life at `place` (0 to 1) among its kind begins."""
        months, until = self._until[kind]
        return months[min(bisect(until, place * until[-1]), len(months) - 1)]

    def by_month(self, kind: Kind) -> Iterator[tuple[tuple[int, int], float]]:
        """Each month with the share of the kind's lives that begin in it."""
        weights = self._weights(kind)
        yield from zip(self.months(kind), (each / sum(weights) for each in weights), strict=True)

    @cached_property
    def _until(self) -> dict[Kind, tuple[tuple[tuple[int, int], ...], list[float]]]:
        return {kind: (self.months(kind), list(accumulate(self._weights(kind)))) for kind in KINDS}

    def _weights(self, kind: Kind) -> list[float]:
        return [
            published(kind, year)
            / per_life(kind)
            * sampling(kind)
            * mix(kind, "month", year).shares().get(str(month + 1), 0.0)
            for year, month in self.months(kind)
        ]
