"""Spellings of one name folded together, and blocking keys under which people whose names may be one are found.

`fold` is a transliteration to one written form, whatever the script or the table it was written by: ICAO Doc 9303
part 3 section 6, the interior ministry's Russian styles, the Kazakh passport style and Latin of 2021, Uzbek Latin,
French-style Soviet. A blocking key is a pair of words, one of the surname and one of the given names in either order,
each as the skeleton of its consonants without the endings that come and go in life (-ov, -ova, -uly, -kyzy). Names
without given names have keys of their own, so that they meet whoever has some. Equal keys are candidates and no proof.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Final, Literal

Name = tuple[str, str | None]
"""Surname and given names, in Latin or in Cyrillic letters."""

Likeness = Literal["same", "alike"]

_CYRILLIC: Final = str.maketrans(
    dict(zip("АӘБВГҒҐДЕЁЄЖЗИЙКҚЛМНҢОӨПРСТУҰҮӮФХҲҺЫІЇӢЭ", "AABVGGGDEEEŽZIIKKLMNNOOPRSTUUUUFHHHIIIIE", strict=True))
    | {"Ц": "TS", "Ч": "Č", "Ҷ": "Č", "Ш": "Š", "Щ": "Š", "Ю": "IU", "Я": "IA", "Ў": "U", "Ъ": "", "Ь": ""}
)
_LATIN: Final = str.maketrans(
    {"Ş": "Š", "Ș": "Š", "Ś": "Š", "Ç": "Č", "Ć": "Č", "Ż": "Ž", "Æ": "AE", "Œ": "OE", "Ø": "OE", "Þ": "TH"}
    | {"Ð": "D", "Đ": "D", "Ł": "L", "ẞ": "SS", "Ŋ": "N", "Ħ": "H", "Ə": "A"}
)
_KEPT = frozenset("ŠČŽ")
_LETTERS = {"Lu", "Lo"}
_NO_LETTERS = re.compile("[^A-Z]+")
_FOLDED = re.compile("[A-ZŠČŽ]*")
_JOINT = re.compile(r"[\s,.‐―–—-]+")  # an apostrophe stands inside a word

# Tried in this order, again and again until nothing changes: so that what is folded stays as it is.
_RULES: Final = tuple(
    (re.compile(pattern), folded)
    for pattern, folded in (
        ("SHCH|SCH|SH|ŠČ|S+Š", "Š"),
        ("TCH|CH|T+Č", "Č"),
        ("D+ZH|D+Ž|ZH", "Ž"),
        ("KH", "H"),
        ("GH", "G"),
        ("PH", "F"),
        ("TH", "T"),
        ("TZ", "TS"),
        ("CK|Q|C", "K"),
        ("W", "V"),
        ("FF", "V"),
        ("OU|OO", "U"),
        ("EE", "I"),
        ("Y", "I"),
        ("NG", "N"),
        ("AE", "A"),
        ("OE", "O"),
        ("UE", "U"),
        ("I+[EO]", "E"),
        ("(?:^|(?<=[AEOU]))I+(?=[AU])", ""),
        (r"(?P<twice>.)(?P=twice)+", r"\g<twice>"),
        ("(?<=[AEIOU])H$", ""),
    )
)
_UNSETTLED: Final = re.compile("|".join(pattern.pattern for pattern, _ in _RULES))
_READINGS: Final = {"X": ("H", "KS"), "J": ("Ž", "I")}  # Uzbek and Western; Kazakh and as in French or German

_ONE_READING: Final = (("X", "H"), ("J", "Ž"))

_ENDING = re.compile("(?<=...)(?:[OE]VI[KČ]|[OE]VNA|[OE]VA?|[OE]FA?|INA?|SK(?:IA|AIA|AA|I)|ULI|KIZI|OGLI|ZADE)$")
_VOWELS = re.compile("(?<!^)[AEIOU]")
_FIRST_VOWEL = re.compile("^[AEIOU]")
_MOST_WORDS = 6  # of a surname, or of given names, the joined one among them; others have no keys


@lru_cache(maxsize=2**15)  # most people share their words
def fold(word: str) -> frozenset[str]:
    """The written forms to which the word folds: more than one where a letter is read in two ways (X, J)."""
    letters = _letters(word)
    choices = [(letter, reading) for letter, readings in _READINGS.items() if letter in letters for reading in readings]
    by_letter = [[each for each in choices if each[0] == letter] for letter in _READINGS if letter in letters]
    return frozenset(_folded(_read(letters, chosen)) for chosen in product(*by_letter)) - {""}


@lru_cache(maxsize=2**15)
def canonical(word: str) -> str:
    """One of the written forms, the same for all spellings of a name: X and KS alike, J always as Kazakh reads it."""
    return _folded(_read(_letters(word), _ONE_READING)).replace("KS", "H")


@lru_cache(maxsize=2**15)
def stem(folded: str) -> str:
    """A folded word without the ending that comes and goes in life."""
    return _ENDING.sub("", folded)


def _read(letters: str, chosen: Iterable[tuple[str, str]]) -> str:
    for letter, reading in chosen:
        letters = letters.replace(f"D{letter}", reading) if reading == "Ž" else letters
        letters = letters.replace(letter, reading)
    return letters


def _letters(word: str) -> str:
    """Capitals without marks, apostrophes and joints; Cyrillic ones transliterated."""
    if word.isascii():
        return _NO_LETTERS.sub("", word.upper())
    plain = unicodedata.normalize("NFC", word).upper().translate(_CYRILLIC).translate(_LATIN)
    if _FOLDED.fullmatch(plain):  # as nearly all are: nothing to take apart
        return plain
    return "".join(_plain(letter) for letter in plain)


def _plain(letter: str) -> str:
    if letter in _KEPT:
        return letter
    apart = unicodedata.normalize("NFKD", letter)
    return "".join(each for each in apart if unicodedata.category(each) in _LETTERS)


def _folded(letters: str) -> str:
    while _UNSETTLED.search(letters) and (again := _once(letters)) != letters:
        letters = again
    return letters


def _once(letters: str) -> str:
    for pattern, folded in _RULES:
        letters = pattern.sub(folded, letters)
    return letters


@lru_cache(maxsize=2**15)
def _skeletons(word: str) -> frozenset[str]:
    return frozenset(map(_skeleton, fold(word)))


def _skeleton(folded: str) -> str:
    """The consonants without an ending, and whether a vowel goes before; of fewer than two, the whole word."""
    stem = _ENDING.sub("", folded)
    consonants = _VOWELS.sub("", _FIRST_VOWEL.sub("*", stem))
    return consonants if len(consonants.removeprefix("*")) > 1 else stem


@lru_cache(maxsize=2**15)
def _words(part: str) -> tuple[str, ...]:
    """Skeletons of each word, and of all written together."""
    words = [word for word in _JOINT.split(part) if word]
    asked = dict.fromkeys(["".join(words), *words])
    return tuple(sorted({skeleton for word in list(asked)[:_MOST_WORDS] for skeleton in _skeletons(word)}))


def keys(names: Iterable[Name], year: int) -> list[str]:
    """The keys under which a person born in `year` is found; `names` are the spellings that are known of one name."""
    return sorted({f"{year:04}{key}" for surname, given in names for key in _keys(surname, given, "+", "!")})


def asked_keys(names: Iterable[Name], year: int) -> list[str]:
    """The keys to look for when such a person is asked for: of whoever lacks given names, here or there."""
    return sorted({f"{year:04}{key}" for surname, given in names for key in _keys(surname, given, "!", "+")})


def _keys(surname: str, given: str | None, always: str, alone: str) -> Iterator[str]:
    surnames, others = _words(surname), _words(given or "")
    yield from (" ".join(sorted(pair)) for pair in product(surnames, others))
    yield from (f"{always}{word}" for word in (*surnames, *others))
    if not others:
        yield from (f"{alone}{word}" for word in surnames)


def likeness(one: Iterable[Name], other: Iterable[Name]) -> Likeness | None:
    """Whether two people's names are the same by any table, or may be one name; None where they cannot."""
    mine, theirs = list(one), list(other)
    if any(_is_same(a, b) for a, b in product(mine, theirs)):
        return "same"
    return "alike" if set(keys(mine, 0)) & set(asked_keys(theirs, 0)) else None


def _is_same(a: Name, b: Name) -> bool:
    surname, given = fold(a[0]) & fold(b[0]), (fold(a[1] or ""), fold(b[1] or ""))
    return bool(surname) and (given[0] == given[1] or bool(given[0] & given[1]))
