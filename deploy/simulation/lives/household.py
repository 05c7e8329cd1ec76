"""A household before it is told: its random numbers, its place among all, the day on which its story begins."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from deploy.simulation import calibration, documents, people
from deploy.simulation.life import Kind, Name, People
from deploy.simulation.lives.draft import HOME, Draft, Era
from deploy.simulation.people import Numbers

PEOPLES: Final[dict[str, tuple[tuple[People, int], ...]]] = {
    "KAZ": (("kazakh", 74), ("russian", 20), ("uzbek", 6)),
    "RUS": (("russian", 82), ("kazakh", 5), ("tajik", 5), ("uzbek", 8)),
    "UZB": (("uzbek", 90), ("kazakh", 4), ("tajik", 6)),
    "KGZ": (("kyrgyz", 88), ("uzbek", 12)),
    "TJK": (("tajik", 90), ("uzbek", 10)), "TKM": (("turkmen", 100),), "CHN": (("chinese", 100),),
    "MNG": (("mongolian", 100),), "TUR": (("turkish", 100),), "KOR": (("korean", 100),), "IND": (("indian", 100),),
    "BLR": (("russian", 100),), "UKR": (("russian", 100),), "ARM": (("russian", 100),), "AFG": (("tajik", 100),),
    "SYR": (("tajik", 100),),
}  # fmt: skip
"""Citizenship -> whose way of naming its bearers have, with shares (assumed; of Kazakhstan after the census of 2021,
other peoples put to these). Of states that are not here: Latin Europe's."""

_BARE: Final = {"CHN", "MNG", "AFG", "SYR"}


def is_bare(of: People, citizenship: str) -> bool:
    """Whether the father's name stands where others have a surname: Kazakhs of China and Mongolia, Afghans, Arabs."""
    return of in ("kazakh", "tajik") and citizenship in _BARE


@dataclass(slots=True)
class Household:
    """`first` is the number of its first life, `size` how many it has; `begins` when its story begins."""

    random: Random
    era: Era
    kind: Kind
    number: int
    first: int
    size: int
    begins: date
    numbers: Numbers

    def draw(self, dimension: str, kind: str | None = None) -> str:
        """A code of the kind's mix along a dimension, in the year in which the story begins."""
        return calibration.mix(kind or self.kind, dimension, self.begins.year).draw(self.random)

    def day(self, least: int, most: int, after: date | None = None) -> date:
        """A day from `least` to `most` days after the beginning, or after another day."""
        days = least + int(self.random.random() * (most - least + 1))
        return (after or self.begins) + timedelta(days=days)

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.random.random() < probability

    def people_of(self, citizenship: str) -> People:
        """Whose way of naming a citizen of the state has."""
        choices = PEOPLES.get(citizenship, (("german", 100),))
        place = self.random.random() * sum(weight for _, weight in choices)
        for each, weight in choices:
            place -= weight
            if place < 0:
                return each
        return choices[-1][0]

    def grown_up(
        self, place: int, citizenship: str, *, sex: str | None = None, age: str | None = None,
        people_: People | None = None,
    ) -> Draft:  # fmt: skip
        """A member at `place` of the household with sex and age of the kind's mix, unless they are given."""
        chosen = "F" if (sex or self.draw("sex")) == "F" else "M"
        low, _, high = (age or self.draw("age")).partition("-")
        year = self.begins.year - self.random.randint(int(low), int(high or low))
        born = self.numbers.birth_day(self.first + place, year)
        of = people_ or self.people_of(citizenship)
        name = people.draw_name(self.random, of, chosen, born, bare=is_bare(of, citizenship))
        return self._member(place, chosen, born, name, citizenship)

    def child(self, place: int, parent: Draft, *, year: int | None = None, born: date | None = None) -> Draft:
        """A child of a member with the father's surname and patronymic: of a mother alone, of one who is not there.
        `born`: the day of a twin."""
        age = parent.age_on(self.begins)
        youngest = max(1, age - 46)
        oldest = max(youngest, min(17, age - 19))
        chosen = "F" if self.chance(0.485) else "M"
        year = year or self.begins.year - self.random.randint(youngest, oldest)
        day = born or self.numbers.birth_day(self.first + place, year)
        citizenship, father = parent.citizenships[0][1], parent.names[0][1]
        if parent.sex == "F":
            parent.partner = father = parent.partner or people.partner_name(self.random, parent.name)
        bare = is_bare(father.people, citizenship)
        name = people.child_name(self.random, father, chosen, day, bare=bare)
        found = self._member(place, chosen, day, name, citizenship)
        found.is_twin = born is not None
        return found

    def _member(self, place: int, sex: str, born: date, name: Name, citizenship: str) -> Draft:
        chosen: Literal["M", "F"] = "F" if sex == "F" else "M"
        return Draft(self.era, self.first + place, self.number, self.kind, chosen, born, name, citizenship)

    def citizen_papers(self, member: Draft, needed: date) -> None:
        """What a citizen of Kazakhstan has: the IIN from birth, passports, from sixteen on an identity card."""
        member.is_given_iin(member.born, self.numbers)
        sixteen = member.born + timedelta(days=16 * 366)
        member.has_passports(self.random, HOME, max(needed, member.born))
        day = max(sixteen, self.day(-3600, -100))
        for _ in range(2):  # an identity card, and the next one where it expires in the known time
            if day < self.era.end:
                day = documents.next_day(self.random, member.is_issued("I", HOME, day))
