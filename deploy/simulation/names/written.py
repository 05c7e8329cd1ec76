"""One name as it stands on paper: in Latin by an issuing office's table, in Cyrillic by who wrote it down.

`latin` is what a document prints; `cyrillic` what a clerk of Kazakhstan writes who hears or reads the name. Both are
pure and remember what they have written.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from deploy.simulation.life import Name
from deploy.simulation.names.chinese import kazakh_in_pinyin, palladius
from deploy.simulation.names.tables import MARKED, OFFICES, RUSSIAN

Style = Literal["own", "russian", "ear"]
"""As its bearer writes it; in Russian letters; by an officer's ear, who drops what Russian does not tell apart."""

_SINCE: Final[dict[str, tuple[tuple[date, str], ...]]] = {
    "RUS": (
        (date.min, "SUN"), (date(1997, 5, 26), "RUS-1997"), (date(2010, 3, 19), "RUS-2010"), (date(2014, 6, 1), "ICAO"),
    ),
    "UZB": ((date.min, "SUN"), (date(1994, 9, 1), "UZB-1994"), (date(2011, 1, 1), "UZB")),
    "KGZ": ((date.min, "SUN"), (date(2004, 5, 1), "KGZ-2004"), (date(2017, 5, 1), "KGZ")),
    "KAZ": ((date.min, "SUN"), (date(1995, 1, 1), "KAZ")),
    "TKM": ((date.min, "SUN"), (date(2008, 7, 10), "TKM")),
}  # fmt: skip
"""From when an office writes by which table; days of force not read in the acts are assumed."""

_FIRST_E: Final = re.compile("(?:^|(?<=[АЕЁИОУЫЭЮЯӘІҮҰӨЬЪ-]))Е")
_YE_OFFICES: Final = {"KAZ", "RUS-1997", "UZB", "UZB-1994", "TJK", "AFG", "TKM"}
_SUN_G: Final = re.compile("Г(?=[ЕИЫІ])")
_SUN_IN: Final = re.compile("ИН(?= |$)")
_NO_LETTER: Final = re.compile("[^A-Z '-]")
_BY_LATIN_EAR: Final = (
    ("sch", "ш"), ("sh|ş", "ш"), ("ch|ç", "ч"), ("th", "т"), ("kh", "х"), ("ph", "ф"), ("ee", "и"), ("oo|ou", "у"),
    ("ya", "я"), ("yu|yoo", "ю"), ("yo", "ё"), ("ye", "е"), ("ei", "ай"), ("ie", "и"), ("eu", "ой"), ("ck", "к"),
    ("tz", "ц"), ("ß|ss", "с"), ("ğ", "г"), ("ı", "ы"), ("ö", "ё"), ("ü", "ю"), ("ä", "е"), ("j", "дж"), ("c", "к"),
    ("^e", "э"), ("(?<=[bdghklmnprstvz])y$", "и"), ("y", "й"), ("w", "в"), ("x", "кс"), ("q", "к"),
)  # fmt: skip
_EAR: Final = tuple((re.compile(pattern), spelled) for pattern, spelled in _BY_LATIN_EAR)
_LETTERS: Final = str.maketrans("abdefghiklmnoprstuvzâîû", "абдефгхиклмнопрстувзаиу")
_HEARD: Final = tuple(
    (re.compile(pattern), spelled)
    for pattern, spelled in (
        ("дж", "ж"),
        ("хм", "м"),
        ("ий$", "и"),
        ("аа|эе", "а"),
        ("ё", "е"),
        ("лл", "л"),
        ("ф", "п"),
    )
)


def office(state: str, issued_on: date) -> str:
    """By which table a state's office wrote Latin on a day; the state's own code where it knows one only."""
    found = state
    for since, table in _SINCE.get(state, ()):
        if since <= issued_on:
            found = table
    return found


def latin(name: Name, table: str) -> tuple[str, str]:
    """Surname and given names in Latin capitals, as a document by this table prints them."""
    given = _latin(name.given, name.people, table)
    if table == "UZB" and name.patronymic:  # biometric passports print the father's name among the given names
        given = f"{given} {_latin(name.patronymic, name.people, table)}"
    return _latin(name.surname, name.people, table), given


def cyrillic(name: Name, style: Style) -> Name:
    """The name in Cyrillic, as a clerk writes it in this style."""
    if style == "own" and name.surname[:1] > "\u0400":
        return name
    told = tuple(part and _cyrillic(part, name.people, style) for part in (name.surname, name.given, name.patronymic))
    return Name(name.people, told[0] or "", told[1] or "", told[2])


@lru_cache(maxsize=1 << 16)
def _latin(word: str, people: str, table: str) -> str:
    upper = _upper(word, people)
    if upper[:1] < "\u0400":
        marks = MARKED["TUR" if people == "turkish" else "DEU"]
        return _NO_LETTER.sub("", upper.translate(marks))
    if table == "CHN":
        return kazakh_in_pinyin(word)
    if table == "SUN":
        upper = _SUN_IN.sub("ИНЕ", _SUN_G.sub("ГУ", upper)) if people == "russian" else _SUN_G.sub("ГУ", upper)
    if table in _YE_OFFICES:
        upper = _FIRST_E.sub("ЙЕ" if table != "KAZ" else "YE", upper)
    return _NO_LETTER.sub("", upper.translate(OFFICES.get(table, OFFICES["ICAO"])))


def _upper(word: str, people: str) -> str:
    return (word.replace("i", "İ") if people == "turkish" else word).upper()


@lru_cache(maxsize=1 << 16)
def _cyrillic(words: str, people: str, style: Style) -> str:
    return " ".join(_word(each, people, style) for each in words.split(" "))


def _word(word: str, people: str, style: Style) -> str:
    if people == "chinese":
        found = palladius(word).lower()
    elif word[:1] > "\u0400":
        found = word.upper().translate(RUSSIAN).lower()
    else:
        found = _latin_by_ear(word, people)
    if style == "ear":
        for pattern, spelled in _HEARD:
            found = pattern.sub(spelled, found)
    return "-".join(part.capitalize() for part in found.split("-")) if word[:1].isupper() else found


def _latin_by_ear(word: str, people: str) -> str:
    low = word.replace("I", "ı" if people == "turkish" else "i").replace("İ", "i").lower()
    if people == "turkish":
        low = low.replace("c", "j")
    elif people == "german":
        low = low.replace("jü", "ü").replace("jö", "ö").replace("j", "y")
    for pattern, spelled in _EAR:
        low = pattern.sub(spelled, low)
    return low.translate(_LETTERS)
