"""Passports and identity cards: the forms of their numbers, how long they hold, when they are renewed.

Numbers are unique in their state: the life's number and the paper's place among its papers, scattered by a bijection.
The forms are those that travel documents show; validity is that of the states' laws as generally known (10 years where
no other is given), not read in each act.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from deploy.simulation.life import Name, Paper
from deploy.simulation.names.written import latin, office

_MOST_PAPERS: Final = 16
_EARLY: Final = 0.06
"""Share of passports beside which another is issued years before they expire (assumed)."""
_LETTERS: Final = "ABCDEFGHJKLMNPRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class _Form:
    """A number's prefix (`?` is a letter that the serial runs over), its digits, years of validity."""

    prefix: str
    digits: int
    years: int = 10


_FORMS: Final[dict[tuple[str, str], _Form]] = {
    ("KAZ", "P"): _Form("N", 8), ("KAZ", "I"): _Form("0", 8), ("KAZ", "R"): _Form("0", 8), ("RUS", "P"): _Form("7", 8),
    ("UZB", "P"): _Form("F?", 7), ("KGZ", "P"): _Form("P?", 7), ("TJK", "P"): _Form("4", 8),
    ("TKM", "P"): _Form("A?", 7), ("SYR", "P"): _Form("N", 8, 6),
    ("CHN", "P"): _Form("E?", 7), ("MNG", "P"): _Form("E?", 7, 5), ("TUR", "P"): _Form("U", 8),
    ("KOR", "P"): _Form("M", 8), ("IND", "P"): _Form("?", 8), ("DEU", "P"): _Form("C?", 7),
    ("AFG", "P"): _Form("P", 8, 5),
    ("BLR", "P"): _Form("M?", 7), ("ARM", "P"): _Form("A?", 7), ("GBR", "P"): _Form("1", 8),
    ("UKR", "P"): _Form("F?", 7),
}  # fmt: skip
_ANY: Final = _Form("?", 8)


def issue(
    life: int,
    place: int,
    kind: Literal["P", "I", "R"],
    state: str,
    name: Name,
    issued_on: date,
    expires: date | None = None,
) -> Paper:
    """A paper of a state for a name; `place` counts the life's papers."""
    form = _FORMS.get((state, kind), _ANY)
    table = office(state, issued_on)
    surname, given_names = latin(name, table)
    until = expires or _years_after(issued_on, form.years) - timedelta(days=1)
    return Paper(kind, _number(form, life, place), state, issued_on, until, table, surname, given_names)


def next_day(random: Random, paper: Paper) -> date:
    """When its bearer gets the next one: mostly before it expires, now and then after; long before where it was lost,
    or where two are held at once."""
    if random.random() < _EARLY:
        return paper.issued_on + timedelta(days=random.randrange(60, 1500))
    return paper.expires - timedelta(days=random.randrange(-20, 150))


def years_of(state: str) -> int:
    """How long a passport of the state holds."""
    return _FORMS.get((state, "P"), _ANY).years


def _number(form: _Form, life: int, place: int) -> str:
    size: int = 10**form.digits
    turn, rest = divmod(life * _MOST_PAPERS + place, size)
    letters = form.prefix.replace("?", _LETTERS[(turn + 1) % len(_LETTERS)])
    return f"{letters}{_scattered(rest, form.digits):0{form.digits}}"


def _scattered(serial: int, digits: int) -> int:
    """A bijection of the numbers of so many digits: multiplied, the last three digits put first, again and again. A
    product alone would leave the last digits of numbers in a row as far apart as they were."""
    size = 10**digits
    for _ in range(4):
        serial = (serial * 7_654_321 + 1_234_567) % size  # odd and no multiple of 5: a bijection modulo powers of ten
        serial = serial % 1000 * (size // 1000) + serial // 1000
    return serial


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
