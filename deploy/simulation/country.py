"""A country: all its lives, household by household, from a seed. The same seed gives the same bits.

Nothing is kept: each household is drawn from random numbers of its own, `Random(f"{seed}/{kind}/{number}")`, and its
lives' numbers follow from its place, so that any part can be drawn alone, in any order and by many processes.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Final

from deploy.simulation.calibration import KINDS, Plan
from deploy.simulation.life import Kind, Life
from deploy.simulation.lives import (
    arrivals,
    kandas,
    labour,
    leavers,
    movers,
    residents,
    students,
    visitors,
    workers,
)
from deploy.simulation.lives.draft import Draft, Era
from deploy.simulation.lives.household import Household
from deploy.simulation.people import Numbers

TELLERS: Final[dict[Kind, tuple[Callable[[Household], list[Draft]], tuple[int, ...]]]] = {
    "visitor": (visitors.visitor, visitors.SIZES),
    "commuter": (visitors.commuter, visitors.ALONE),
    "seasonal_worker": (workers.seasonal_worker, workers.SIZES),
    "labour_immigrant": (labour.labour_immigrant, labour.SIZES),
    "permit_worker": (workers.permit_worker, workers.SIZES),
    "eaeu_worker": (workers.eaeu_worker, workers.SIZES),
    "exempt_worker": (workers.exempt_worker, workers.SIZES),
    "irregular_worker": (workers.irregular_worker, workers.SIZES),
    "foreign_student": (students.foreign_student, students.SIZES),
    "kandas": (kandas.kandas, kandas.SIZES),
    "refugee": (arrivals.refugee, arrivals.REFUGEES),
    "family_immigrant": (arrivals.family_immigrant, arrivals.FAMILIES),
    "resident": (residents.resident, residents.SIZES),
    "internal_mover": (movers.internal_mover, movers.MOVERS),
    "resettler": (movers.resettler, movers.SETTLERS),
    "emigrant": (leavers.emigrant, leavers.SIZES),
    "worker_in_russia": (leavers.worker_in_russia, leavers.ALONE),
    "worker_in_korea": (leavers.worker_in_korea, leavers.ALONE),
    "student_abroad": (students.student_abroad, students.SIZES),
}
"""Kind -> who tells a household of it, and how many lives its households have in turn."""


class Country:
    """`people` lives of a seed, whose registers write from `start` through `through`."""

    def __init__(self, seed: int, people: int, start: date, through: date) -> None:
        if start > through or people < 0:
            raise ValueError(f"no country of {people} lives from {start} through {through}")
        self.seed, self.people, self.era = seed, people, Era(start, through)
        self.plan = Plan(people, start, through)
        salt = int.from_bytes(blake2b(str(seed).encode(), digest_size=4).digest(), "big")
        self._numbers = Numbers(salt, people)
        lives = self.plan.lives
        self._first_life = dict(zip(KINDS, accumulate((lives[kind] for kind in KINDS), initial=1), strict=False))
        self._first_household = dict(
            zip(KINDS, accumulate((self.households(kind) for kind in KINDS), initial=1), strict=False)
        )

    def lives(self) -> Iterator[Life]:
        """Every life, household by household and kind by kind, in order of their numbers."""
        for kind in KINDS:
            for number in range(self.households(kind)):
                yield from self.household(kind, number)

    def households(self, kind: Kind) -> int:
        """How many households of a kind there are."""
        turns, left = divmod(self.plan.lives[kind], sum(_sizes(kind)))
        return turns * len(_sizes(kind)) + (_in_turn(kind, left) if left else 0)

    def household(self, kind: Kind, number: int) -> list[Life]:
        """One household, drawn alone. `number` counts its kind's from 0."""
        teller, sizes = TELLERS[kind]
        turn, place = divmod(number, len(sizes))
        before = turn * sum(sizes) + sum(sizes[:place])
        lives = self.plan.lives[kind]
        random = Random(f"{self.seed}/{kind}/{number}")
        home = Household(
            random, self.era, kind, self._first_household[kind] + number, self._first_life[kind] + before,
            min(sizes[place], lives - before), self._begins(random, kind, (before + 0.5) / lives), self._numbers,
        )  # fmt: skip
        return [draft.finish() for draft in teller(home)]

    def _begins(self, random: Random, kind: Kind, place: float) -> date:
        year, month = self.plan.begins(kind, place)
        day = date(year, month + 1, random.randint(1, 28))
        return min(day, self.era.through)


def _sizes(kind: Kind) -> tuple[int, ...]:
    return TELLERS[kind][1]


def _in_turn(kind: Kind, lives: int) -> int:
    """How many households of a turn hold so many lives, the last of them in part."""
    return bisect_right(list(accumulate(_sizes(kind))), lives - 1) + 1
