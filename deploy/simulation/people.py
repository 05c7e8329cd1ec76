"""Who someone is: birth, names of fathers and sons, marriages that change a name, the number given at birth.

A life's number settles its day in the year and the serial digits of its IIN by a bijection, so that no two lives share
an IIN though none knows of the others; twins have digits of their own.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from deploy.simulation.life import Name, People
from deploy.simulation.names.stock import stock
from shared.kernel.iin import check_digit

_SERIALS: Final = 9000
_DAYS: Final = 365
_VOWELS: Final = "аәеёиоөуұүыіэюя"
_WITHOUT_ENDINGS: Final = {"chinese", "mongolian", "turkish", "korean", "indian", "german"}
_STEMMED: Final = {"kazakh", "uzbek", "kyrgyz", "tajik", "turkmen"}
_SOFT: Final = {"Юрий", "Григорий", "Василий", "Геннадий", "Валерий", "Евгений"}
_PATRONYMICS: Final = {
    "Илья": ("Ильич", "Ильинична"), "Никита": ("Никитич", "Никитична"), "Пётр": ("Петрович", "Петровна"),
    "Павел": ("Павлович", "Павловна"), "Михаил": ("Михайлович", "Михайловна"), "Фёдор": ("Фёдорович", "Фёдоровна"),
}  # fmt: skip
_OWN_PATRONYMIC: Final = {
    "kazakh": ("ұлы", "қызы", 1992, 0.5), "uzbek": (" ўғли", " қизи", 1997, 0.8),
    "kyrgyz": (" уулу", " кызы", 1995, 0.4),
}  # fmt: skip
"""People -> son's and daughter's ending, from which year of birth, and how often then (assumed)."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a life's number settles: its day in the year and its IIN. `salt` is the seed's, `people` how many lives
    there are."""

    salt: int
    people: int

    def birth_day(self, number: int, year: int) -> date:
        """The day in a year on which the life of this number was born."""
        turn, rest = divmod(number, _SERIALS)
        return date(year, 1, 1) + timedelta(days=(turn * 149 + ((rest * 2654435761 + self.salt) >> 9)) % _DAYS)

    def iin(self, number: int, born: date, sex: str, *, twin: bool = False) -> str:
        """The life's IIN: the birth date, century and sex, four digits of the number, the check digit.

        Where no check digit exists, and of further millions, the number carries an earlier year, as numbers may since
        2013: some multiple of four years, so that no day of a leap year becomes another's.
        """
        turn, rest = divmod(number, _SERIALS)
        serial = _SERIALS + rest // 9 if twin else (rest * 4201 + self.salt) % _SERIALS
        century = (3 if born.year < 2000 else 5) + (sex == "F")
        rounds = self.people // (_SERIALS * _DAYS) + 1
        first = born.year - 4 * ((born.year // 4 - turn // _DAYS) % rounds)
        for year in range(first, first - 60 * 4 * rounds, -4 * rounds):
            eleven = f"{year % 100:02}{born:%m%d}{century}{serial:04}"
            check = check_digit(eleven)
            if check is not None:
                return f"{eleven}{check}"
        raise AssertionError("sixty years without a check digit")


def draw_name(random: Random, people: People, sex: str, born: date, *, bare: bool = False) -> Name:
    """A name by its people's stock, of somebody whose father is not told of. `bare`: as Kazakhs of China and Mongolia
    bear it, the father's name for a surname and no patronymic."""
    parts = stock(people)
    father = Name(people, _surname(random, people, bare=bare), parts["male"].draw(random))
    return child_name(random, father, sex, born, bare=bare)


def child_name(random: Random, father: Name, sex: str, born: date, *, bare: bool = False) -> Name:
    """A child's name: the father's surname in the child's form, a given name, the patronymic where one is borne."""
    people = father.people
    given = stock(people)["male" if sex == "M" else "female"].draw(random)
    if people == "mongolian" or bare:  # the father's name stands where others have a surname
        return Name(people, father.given, given)
    return Name(people, in_form(father.surname, sex), given, _patronymic(random, father, sex, born))


def married_name(wife: Name, husband: Name) -> Name:
    """The name of a woman who takes her husband's surname."""
    return Name(wife.people, in_form(husband.surname, "F"), wife.given, wife.patronymic)


def partner_name(random: Random, wife: Name) -> Name:
    """The name of a father who is not there: his children bear the surname of their mother."""
    return Name(wife.people, in_form(wife.surname, "M"), stock(wife.people)["male"].draw(random))


def with_ending(father: str, ending: str) -> str:
    """A surname made of a father's name: -ов or -ев, -ұлы, or the name alone."""
    return father + _ending(father, "") if ending == "ов" else father + ending


def own_patronymic(father: str, sex: str) -> str:
    """A Kazakh patronymic: Серікұлы, Серікқызы."""
    return father + ("ұлы" if sex == "M" else "қызы")


def changes_on_marriage(people: People) -> bool:
    """Whether women of this people take a husband's surname at all."""
    return people in _STEMMED or people in ("russian", "german", "turkish", "indian")


def in_form(surname: str, sex: str) -> str:
    """A surname as a son or a daughter bears it: Иванов, Иванова; Серікұлы, Серікқызы."""
    man = surname
    if surname.endswith("қызы"):
        man = surname.removesuffix("қызы") + "ұлы"
    elif surname.endswith(("ова", "ева", "ёва", "ина")):
        man = surname[:-1]
    if sex == "M":
        return man
    if man.endswith("ұлы"):
        return man.removesuffix("ұлы") + "қызы"
    return man + "а" if man.endswith(("ов", "ев", "ёв", "ин")) else man


def _surname(random: Random, people: People, *, bare: bool) -> str:
    parts = stock(people)
    if people not in _STEMMED:
        return parts["surname"].draw(random)
    stem = parts["stem"].draw(random)
    if people == "kazakh":
        chance = random.random()
        return stem if bare or chance < 0.12 else stem + "ұлы" if chance < 0.18 else stem + _ending(stem, "")
    if people == "tajik" and random.random() < 0.3:  # endings dropped after 2007
        return stem[:-2] if stem.endswith("ов") and stem[-3] not in _VOWELS else stem
    return stem


def _ending(name: str, sex: str) -> str:
    """-ов or -ев after a name (`sex` empty), -ович or -евич, -овна or -евна."""
    last = {"": "", "M": "ич", "F": "на"}[sex]
    return ("ев" if name[-1] in _VOWELS or name[-1] in "йшжчц" else "ов") + last


def _patronymic(random: Random, father: Name, sex: str, born: date) -> str | None:
    people, given, index = father.people, father.given, int(sex == "F")
    if people in _WITHOUT_ENDINGS:
        return None
    if people in _OWN_PATRONYMIC:
        *endings, since, often = _OWN_PATRONYMIC[people]
        if born.year >= since and random.random() < often:
            return given + str(endings[index])
    if people == "tajik" and born.year >= 2000:
        return None
    return _russian_patronymic(given, sex)


def _russian_patronymic(given: str, sex: str) -> str:
    if given in _PATRONYMICS:
        return _PATRONYMICS[given][sex == "F"]
    if given in _SOFT:
        return given[:-2] + "ь" + ("евич" if sex == "M" else "евна")
    if given[-1] in "йь":
        return given[:-1] + ("евич" if sex == "M" else "евна")
    return given + _ending(given, sex)
