"""What an office makes of a person: the true evidence of identity, and what goes wrong in writing it down.

Every fault leaves a record that a register takes (shared.events.person): what no register would take is no fault here.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import Any, Final

from deploy.simulation.life import Life, Name, Paper
from deploy.simulation.names.written import Style, cyrillic, latin
from shared.kernel.iin import check_digit
from shared.kernel.names import is_cyrillic, is_icao

Evidence = dict[str, Any]
"""Identity evidence as a register is sent it: the shape of shared.events.person.Person."""

GROWN = timedelta(days=3 * 366)
"""Who is younger keeps the birth date right: a wrong one could lie after what is told of them."""

_NEIGHBOURS = {
    "A": "QSZ", "B": "VGN", "C": "XDV", "D": "SFE", "E": "WRD", "F": "DGR", "G": "FHT", "H": "GJY", "I": "UOL",
    "J": "HKU", "K": "JLI", "L": "KIO", "M": "NJ", "N": "BMH", "O": "IPQ", "P": "OLR", "Q": "AWO", "R": "ETP",
    "S": "ADW", "T": "RYF", "U": "YIV", "V": "CBU", "W": "QES", "X": "ZCS", "Y": "TUH", "Z": "XAS",
    "0": "9O8", "1": "2I7", "2": "13Z", "3": "248", "4": "35A", "5": "46S", "6": "57G", "7": "681", "8": "79B",
    "9": "80",
}  # fmt: skip
"""Keys beside a key, and what optical reading takes a character for."""

_RUSSIAN = str.maketrans("ӘҒҚҢӨҰҮҺІәғқңөұүһі", "АГКНОУУХИагкноуухи")
"""What somebody types who has no Kazakh letters: those that look alike."""

_ENDINGS = ("OVA", "EVA", "OV", "EV", "ULY", "KYZY", "UGLI", "OGLY", "ZODA")
_CYRILLIC_ENDINGS = ("ОВА", "ЕВА", "ОВ", "ЕВ", "ҰЛЫ", "УЛЫ", "ҚЫЗЫ", "КЫЗЫ", "УГЛИ", "ОГЛЫ", "ЗОДА")
_TABLES: Final = ("KAZ", "ICAO", "SUN")
_STYLES: Final[tuple[Style, ...]] = ("russian", "ear")
"""By which an office of Kazakhstan writes, at one time or another (names/written.py)."""
_IN_LATIN = 0.7
_STEM = 3  # letters that must remain


def true_evidence(life: Life, day: date, *, local: bool) -> Evidence:
    """Who somebody is on a day, by the newest document. `local`: with the Cyrillic names that a local form asks for."""
    paper = life.paper_on(day)
    person: Evidence = {
        "surname": paper.surname,
        "given_names": paper.given_names or None,
        "birth_date": life.born.isoformat(),
        "sex": life.sex,
        "citizenship": life.citizenship_on(day),
        "document": document(paper),
    }
    if number := life.iin_on(day):
        person["iin"] = number
    if local:
        person |= _cyrillic(life.name_on(day), "own")
    return person


def document(paper: Paper) -> Evidence:
    """A document as records name it."""
    expires = paper.expires.isoformat()
    return {"type": paper.type, "number": paper.number, "issuing_state": paper.issuing_state, "expires": expires}


def evidence(
    life: Life, day: date, random: Random, rate: dict[str, float], *, local: bool
) -> tuple[Evidence, list[str]]:
    """What an office writes of who somebody is, and by their names the faults that are in it."""
    person, faults = true_evidence(life, day, local=local), []
    for fault, degrade in FAULTS.items():
        if random.random() < rate[fault] and degrade(person, life, day, random):
            faults.append(fault)
    return person, faults


@lru_cache(maxsize=2**16)
def _cyrillic(name: Name, style: Style) -> Evidence:
    """As its bearer writes it, or as it is heard; left out where no letter of it is Cyrillic."""
    heard = cyrillic(name, style)
    told = {
        "surname_cyrillic": heard.surname,
        "given_names_cyrillic": heard.given,
        "patronymic_cyrillic": heard.patronymic,
    }
    return {member: word for member, word in told.items() if word and is_cyrillic(word)}


@lru_cache(maxsize=2**16)
def _respelt(name: Name, table: str) -> Evidence:
    """In Latin by another table than the passport's, from what the office wrote in Cyrillic."""
    surname, given = latin(cyrillic(name, "russian"), table)
    return {"surname": surname, "given_names": given or None}


def _old_document(person: Evidence, life: Life, day: date, _random: Random) -> bool:
    present = life.paper_on(day)
    held = [paper for paper in life.papers if paper.issued_on <= day < paper.expires and paper is not present]
    if not held:
        return False
    paper = held[-1]
    person |= {"document": document(paper), "surname": paper.surname, "given_names": paper.given_names or None}
    return True


def _no_document(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    del person["document"]
    return True


def _number_mistyped(person: Evidence, _life: Life, _day: date, random: Random) -> bool:
    if "document" not in person:
        return False
    person["document"] = {**person["document"], "number": _slip(person["document"]["number"], random)}
    return True


def _number_used_again(person: Evidence, life: Life, _day: date, _random: Random) -> bool:
    if "document" not in person:
        return False
    own = person["document"]["number"]
    letters = own[: len(own) - len(own.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
    drawn = int.from_bytes(blake2b(f"{life.household}/{letters}".encode(), digest_size=8).digest())
    digits = len(own) - len(letters)
    if digits < _STEM:
        return False
    person["document"] = {**person["document"], "number": f"{letters}{drawn % 10**digits:0{digits}d}"}
    return True


def _iin_absent(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    return person.pop("iin", None) is not None


def _iin_mistyped(person: Evidence, _life: Life, _day: date, random: Random) -> bool:
    """A slip that passes the check: registers take no other."""
    if "iin" not in person:
        return False
    own = person["iin"]
    for _ in range(20):
        place, digit = random.randrange(6, 11), str(random.randrange(10))
        other = own[:place] + digit + own[place + 1 : 11]
        if digit != own[place] and (check := check_digit(other)) is not None:
            person["iin"] = f"{other}{check}"
            return True
    return False


def _other_spelling(person: Evidence, life: Life, day: date, random: Random) -> bool:
    name, before = life.name_on(day), dict(person)
    if random.random() < _IN_LATIN:
        other = _respelt(name, random.choice(_TABLES))
        if is_icao(other["surname"]) and is_icao(other["given_names"] or "A"):
            person |= other
    if "surname_cyrillic" in person:
        person |= _cyrillic(name, random.choice(_STYLES))
    return person != before


def _name_mistyped(person: Evidence, _life: Life, _day: date, random: Random) -> bool:
    member = "given_names" if person.get("given_names") and random.random() < 0.5 else "surname"
    person[member] = _slip(person[member], random)
    return True


def _kazakh_letters_lost(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    lost = False
    for member in ("surname_cyrillic", "given_names_cyrillic", "patronymic_cyrillic"):
        if (name := person.get(member)) and (plain := name.translate(_RUSSIAN)) != name:
            person[member], lost = plain, True
    return lost


def _ending_dropped(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    short = _without(person["surname"], _ENDINGS)
    if short == person["surname"]:
        return False
    person["surname"] = short
    if told := person.get("surname_cyrillic"):
        person["surname_cyrillic"] = _without(told, _CYRILLIC_ENDINGS)
    return True


def _without(surname: str, endings: tuple[str, ...]) -> str:
    capitals = surname.upper()
    for ending in endings:
        if capitals.endswith(ending) and len(surname) - len(ending) >= _STEM:
            return surname[: -len(ending)].rstrip(" '-")
    return surname


def _patronymic_dropped(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    return person.pop("patronymic_cyrillic", None) is not None


def _names_swapped(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    if person["given_names"] in (None, person["surname"]):
        return False
    person["surname"], person["given_names"] = person["given_names"], person["surname"]
    if "given_names_cyrillic" in person:
        names = person["given_names_cyrillic"], person["surname_cyrillic"]
        person["surname_cyrillic"], person["given_names_cyrillic"] = names
    return True


def _given_missing(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    missing = bool(person["given_names"])
    person["given_names"] = None
    person.pop("given_names_cyrillic", None)
    return missing


def _birth_partial(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    person["birth_date"] = person["birth_date"][:4]
    return True


def _birth_swapped(person: Evidence, life: Life, day: date, _random: Random) -> bool:
    born = life.born
    if born.day > 12 or born.day == born.month or day - born < GROWN:
        return False
    person["birth_date"] = date(born.year, born.day, born.month).isoformat()
    return True


def _birth_mistyped(person: Evidence, life: Life, day: date, random: Random) -> bool:
    other = 1 + (life.born.day - 1 + random.randrange(1, 28)) % 28
    if day - life.born < GROWN or other == life.born.day:
        return False
    person["birth_date"] = life.born.replace(day=other).isoformat()
    return True


def _sex_wrong(person: Evidence, _life: Life, _day: date, _random: Random) -> bool:
    person["sex"] = "F" if person["sex"] == "M" else "M"
    return True


def _slip(text: str, random: Random) -> str:
    """One character for one beside it, two in each other's place, or one too few; letters stay letters and digits
    digits in names and numbers, so that every register takes it."""
    place = random.randrange(len(text))
    letter = text[place]
    beside = [each for each in _NEIGHBOURS.get(letter, "") if each.isdigit() == letter.isdigit()]
    if beside and random.random() < 0.6:
        return text[:place] + random.choice(beside) + text[place + 1 :]
    if place > 0 and letter.isalnum() and text[place - 1].isalnum() and text[place - 1] != letter:
        return text[: place - 1] + letter + text[place - 1] + text[place + 1 :]
    return text + text[-1] if text[-1].isalnum() else text[:-1]


FAULTS: dict[str, Callable[[Evidence, Life, date, Random], bool]] = {
    "old_document": _old_document,
    "number_mistyped": _number_mistyped,
    "number_used_again": _number_used_again,
    "no_document": _no_document,
    "iin_absent": _iin_absent,
    "iin_mistyped": _iin_mistyped,
    "other_spelling": _other_spelling,
    "kazakh_letters_lost": _kazakh_letters_lost,
    "ending_dropped": _ending_dropped,
    "patronymic_dropped": _patronymic_dropped,
    "name_mistyped": _name_mistyped,
    "names_swapped": _names_swapped,
    "given_missing": _given_missing,
    "birth_partial": _birth_partial,
    "birth_swapped": _birth_swapped,
    "birth_mistyped": _birth_mistyped,
    "sex_wrong": _sex_wrong,
}
"""By the names of rates.toml; each says whether there was anything to go wrong."""
