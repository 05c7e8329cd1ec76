"""An invented population and its travels: enough life for figures that can be looked at, the same at every run.

Nobody in it exists. The sizes are of no meaning; the shapes are those that the registers of a real country would show:
settlers, emigrants who return or do not, seasonal workers, visitors, residents on holiday, and here and there a
crossing that nobody recorded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

from shared.kernel.iin import check_digit

START = date(2021, 1, 1)
THROUGH = date(2026, 6, 30)
LOST = 0.004
"""Share of crossings that never reach the register."""

ORIGINS = {"UZB": 38, "RUS": 22, "CHN": 12, "KGZ": 8, "TJK": 5, "IND": 5, "TUR": 4, "MNG": 3, "TKM": 2, "DEU": 1}
DESTINATIONS = {"RUS": 48, "DEU": 14, "KOR": 12, "TUR": 9, "USA": 6, "POL": 6, "CAN": 3, "GBR": 2}
CHECKPOINTS = ("ALA-AIR", "NQZ-AIR", "CIT-AIR", "KORDAY", "ZHIBEK-ZHOLY", "KHORGOS", "BOLASHAK")
SURNAMES = "AKHMETOV ABDRAKHMANOV BEKOV DOSANOV ERMEKOV ISAEV KADYROV LEE MUSAEV NAZAROV OSPANOV PAK RAKHIMOV SADYKOV"
GIVEN = "AIDAR AIGUL BAKYT DANA DILNOZA ERLAN FARIDA GULNARA KAMILA MARAT NURLAN OLGA RUSTAM SERGEI TIMUR ZARINA"
_SINCE_2024 = date(2024, 3, 1)


@dataclass
class Traveller:
    """One invented person: identity evidence, whether resident at the register's start, and crossings in order."""

    person: dict[str, Any]
    resident: bool
    crossings: list[dict[str, Any]] = field(default_factory=list)


class World:
    """Draws travellers one after the other from one seed."""

    def __init__(self, seed: int = 1991) -> None:
        self.random = Random(seed)  # noqa: S311  (a simulation)
        self._people = 0
        self._crossings = 0

    def travellers(self) -> Iterator[Traveller]:
        """Everybody, month by month, each with all crossings of the register's period."""
        for month in range(66):
            first = date(START.year + month // 12, month % 12 + 1, 1)
            summer = 1.4 if first.month in (6, 7, 8, 9) else 1.0
            for kind, size in self._kinds(month):
                for _ in range(round(size * summer)):
                    yield self._drawn(kind, first + timedelta(days=self.random.randrange(28)))
        yield from (self._drawn(self._season, START) for _ in range(300))

    def _kinds(self, month: int) -> list[tuple[Callable[[Traveller, date], None], float]]:
        growth = month / 66
        return [
            (self._settle, 24 + 22 * growth),
            (self._emigrate, 46 - 22 * growth),
            (self._visit, 50 + 30 * growth),
            (self._holiday, 70),
        ]

    def _drawn(self, live: Callable[[Traveller, date], None], day: date) -> Traveller:
        foreign = live in (self._settle, self._visit, self._season)
        citizenship = self._one_of(ORIGINS) if foreign else "KAZ"
        traveller = Traveller(self._person(citizenship), resident=not foreign)
        live(traveller, day)
        return traveller

    def _settle(self, who: Traveller, day: date) -> None:
        """Comes to stay; goes home for some weeks each year; one in six leaves for good after two years."""
        home = who.person["citizenship"]
        purpose = self.random.choice(("work", "work", "family", "permanent", "study"))
        self._cross(who, "entry", day, home, purpose)
        leaving = day + timedelta(days=730) if self.random.random() < 1 / 6 else date.max
        for year in range(1, 6):
            away = day + timedelta(days=365 * year + self.random.randrange(-60, 60))
            if away >= leaving:
                self._cross(who, "exit", leaving, home, "permanent")
                return
            self._cross(who, "exit", away, home, "private")
            self._cross(who, "entry", away + timedelta(days=self.random.randrange(10, 45)), home, purpose)

    def _emigrate(self, who: Traveller, day: date) -> None:
        """Leaves; visits in summer; one in three returns after a year and a half or more."""
        abroad = self._one_of(DESTINATIONS)
        purpose = self.random.choice(("permanent", "permanent", "work", "study"))
        self._cross(who, "exit", day, abroad, purpose)
        if self.random.random() < 1 / 3:
            self._cross(who, "entry", day + timedelta(days=self.random.randrange(500, 900)), abroad, "private")
            return
        for year in range(1, 5):
            visit = day + timedelta(days=365 * year + self.random.randrange(-40, 40))
            self._cross(who, "entry", visit, abroad, "private")
            self._cross(who, "exit", visit + timedelta(days=self.random.randrange(7, 40)), abroad, purpose)

    def _visit(self, who: Traveller, day: date) -> None:
        home = who.person["citizenship"]
        purpose = self.random.choice(("tourism", "business", "private", "treatment"))
        self._cross(who, "entry", day, home, purpose)
        self._cross(who, "exit", day + timedelta(days=self.random.randrange(2, 29)), home, purpose)

    def _holiday(self, who: Traveller, day: date) -> None:
        there = self.random.choice(("TUR", "ARE", "EGY", "THA", "KGZ", "UZB", "GEO"))
        self._cross(who, "exit", day, there, "tourism")
        self._cross(who, "entry", day + timedelta(days=self.random.randrange(5, 21)), there, "tourism")

    def _season(self, who: Traveller, _day: date) -> None:
        """Every year from March to October: never a migrant by the 12-month rule."""
        home = who.person["citizenship"]
        for year in range(2021, 2027):
            self._cross(who, "entry", date(year, 3, self.random.randrange(1, 28)), home, "work")
            self._cross(who, "exit", date(year, 10, self.random.randrange(1, 28)), home, "work")

    def _cross(self, who: Traveller, direction: str, day: date, country: str, purpose: str) -> None:
        if not START <= day <= THROUGH or self.random.random() < LOST:
            return
        self._crossings += 1
        offset = timezone(timedelta(hours=6 if day < _SINCE_2024 else 5))
        moment = datetime.combine(day, time(self.random.randrange(24), self.random.randrange(60)), offset)
        crossing: dict[str, Any] = {
            "source_id": f"DEMO-{self._crossings:06d}",
            "direction": direction,
            "crossed_at": moment.isoformat(),
            "checkpoint": self.random.choice(CHECKPOINTS),
            "person": who.person,
            "purpose": purpose,
            "country": country,
        }
        if not who.crossings:
            crossing["resident_at_start"] = who.resident
        who.crossings.append(crossing)

    def _person(self, citizenship: str) -> dict[str, Any]:
        self._people += 1
        born = date(2026, 1, 1) - timedelta(days=round(self.random.triangular(6, 80, 27) * 365.25))  # before START
        sex = self.random.choice("MF")
        return {
            "iin": self._iin(born, sex) if citizenship == "KAZ" else None,
            "document": {"type": "P", "number": f"X{self._people:08d}", "issuing_state": citizenship},
            "surname": self.random.choice(SURNAMES.split()) + ("A" if sex == "F" else ""),
            "given_names": self.random.choice(GIVEN.split()),
            "birth_date": born.isoformat(),
            "sex": sex,
            "citizenship": citizenship,
        }

    def _iin(self, born: date, sex: str) -> str:
        """The next number of the birth date that can be issued."""
        century = {19: {"M": 3, "F": 4}, 20: {"M": 5, "F": 6}}[born.year // 100][sex]
        while True:
            first = f"{born:%y%m%d}{century}{self.random.randrange(10_000):04d}"
            if (last := check_digit(first)) is not None:
                return f"{first}{last}"

    def _one_of(self, weighted: dict[str, int]) -> str:
        return self.random.choices(list(weighted), list(weighted.values()))[0]
