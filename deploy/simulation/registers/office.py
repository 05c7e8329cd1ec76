"""How any office writes: who it takes somebody for, when, what it writes twice, corrects and withdraws."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from random import Random
from typing import Any

from deploy.simulation.faults import Evidence, evidence, true_evidence
from deploy.simulation.life import Life
from deploy.simulation.rates import Rates, Register
from deploy.simulation.written import Service, Written

HOME = "KAZ"
NEXT_DAY = 1
_PART_OF = (
    (date(2018, 6, 19), {"61": "51", "79": "51"}),  # decree 702 of 19.06.2018
    (date(2022, 6, 8), {"10": "63", "33": "19", "62": "35"}),  # decree 887 of 03.05.2022
)
"""Until which day a present region was part of which other one (contracts/codes/region_crosswalk.csv)."""


@dataclass(frozen=True, slots=True)
class World:
    """What all registers of one simulated country share: `start` to `through`, both included, are the days on which
    anything is written; `through` is also the day as of which nothing more is known."""

    seed: int
    start: date
    through: date
    rates: Rates


@dataclass(slots=True)
class Draft:
    """What an office has to write: of which day, and what becomes of it later (`changes`: from when on the office knows
    it, and the members that then say otherwise). `body` is the record without source_id and person."""

    kind: str
    day: date
    body: dict[str, Any]
    changes: list[tuple[date, dict[str, Any]]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    """Members of the person that the record says otherwise, such as the citizenship of a change of it."""
    told_on: date | None = None
    """When the office is told, where that is not the day itself."""
    changed_by: str | None = None
    """Who alone withdraws the record, where whoever hands it in can neither do that nor correct it."""


class Office:
    """One register's office, writing about one life. It draws from a Random of its own, so that any life's records can
    be written alone, and no register changes what another writes."""

    __slots__ = ("_number", "_random", "days", "life", "local", "rate", "register", "service", "world")

    def __init__(self, world: World, life: Life, register: Register, service: Service, *, local: bool = True) -> None:
        self.world, self.life, self.register, self.service = world, life, register, service
        self._random: Random | None = None
        self.days, self.local, self._number = world.rates.days, local, 0
        self.rate = self.rates_of(life.citizenships[0][1])

    @property
    def random(self) -> Random:
        """Seeded when it is first asked: most registers have nothing to write of most lives, and seeding is dear."""
        if self._random is None:
            self._random = Random(f"{self.world.seed}/{self.register}/{self.life.number}")
        return self._random

    def rates_of(self, country: str) -> dict[str, float]:
        """Those of this register for the life's people where a country is concerned."""
        return self.world.rates.of(self.register, self.life.names[0][1].people, country)

    def happens(self, what: str, country: str | None = None) -> bool:
        """Draws whether something does, at its rate."""
        rate = self.rate if country is None else self.rates_of(country)
        return self.random.random() < rate[what]

    def after(self, what: str, day: date) -> date:
        """A later day, as far as the days of what is late say."""
        return day + timedelta(self.random.randint(*self.days[what]))

    def known_on(self, day: date) -> date:
        """When what happened on a day reaches the register."""
        return self.after("late", day) if self.happens("late") else day + timedelta(NEXT_DAY)

    def within(self, day: date) -> bool:
        """Whether this register writes of that day at all."""
        return self.world.start <= day <= self.world.through

    def region(self, region: str | None, day: date) -> str:
        """The region as it was called on a day; the capital's where a life names none."""
        here = region or "71"
        return next((part[here] for until, part in _PART_OF if day < until and here in part), here)

    def case_number(self) -> str:
        """What the papers of one household are filed under; it says nothing of whose they are."""
        return blake2b(f"{self.world.seed}/{self.life.household}".encode(), digest_size=8).hexdigest()

    def write(self, path: str, role: str, draft: Draft) -> Iterator[Written]:
        """The record, perhaps once more, and what becomes of it, each where it is known in time."""
        known_on = self.known_on(draft.told_on or draft.day)
        yield from self._writings(path, role, draft, known_on)
        if self.happens("duplicate"):
            again = Draft(draft.kind, draft.day, draft.body, [], draft.more, draft.told_on, draft.changed_by)
            yield from self._writings(path, role, again, self.after("duplicate", known_on), twice=True)

    def _writings(
        self, path: str, role: str, draft: Draft, known_on: date, *, twice: bool = False
    ) -> Iterator[Written]:
        source_id = self._source_id(draft.kind)
        person, faults = evidence(self.life, draft.day, self.random, self.rate, local=self.local)
        record = {"source_id": source_id, "person": person | draft.more, **draft.body}
        told = (*faults, "duplicate") if twice else tuple(faults)
        yield from self._told(path, role, draft, source_id, known_on, "create", record, 0, told)
        later: list[tuple[date, dict[str, Any], bool]] = [
            (max(day, known_on + timedelta(NEXT_DAY)), body, False) for day, body in draft.changes
        ]
        if faults and self.happens("corrected") and draft.changed_by is None:
            better: Evidence = true_evidence(self.life, draft.day, local=self.local)
            later.append((self.after("corrected", known_on), {"person": better | draft.more}, True))
        version = 0
        for day, body, mended in sorted(later, key=_when):
            told = tuple(fault for fault in told if fault == "duplicate") if mended else told
            if (changed := record | body) == record:
                continue
            record, version = changed, version + 1
            yield from self._told(path, role, draft, source_id, day, "correct", record, version, told)
        if twice and self.happens("duplicate_withdrawn"):
            day = self.after("duplicate_withdrawn", max([known_on, *(day for day, _, _ in later)]))
            yield from self._told(path, role, draft, source_id, day, "withdraw", record, version + 1, told)

    def _told(
        self, path: str, role: str, draft: Draft, source_id: str, known_on: date, act: Any, record: Any, version: int,
        faults: tuple[str, ...],
    ) -> Iterator[Written]:  # fmt: skip
        role = role if act == "create" else draft.changed_by or role
        if known_on <= self.world.through:
            yield Written(
                self.service, path, role, known_on, source_id, act, record, self.life.number, draft.day, version, faults
            )

    def _source_id(self, kind: str) -> str:
        """Says nothing of whose it is, and is the same again for the same seed."""
        self._number += 1
        told = f"{self.world.seed}/{self.life.number}/{self.register}/{kind}/{self._number}"
        return blake2b(told.encode(), digest_size=12).hexdigest()


def _when(change: tuple[date, dict[str, Any], bool]) -> date:
    return change[0]
