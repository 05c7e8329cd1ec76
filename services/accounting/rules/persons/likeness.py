"""What a claim keeps of its holder's name so that other spellings of it are found and compared: nothing that is a name.

Each part of a name, folded to one written form whatever the script or table it was spelled by (shared.kernel.spellings,
shared.kernel.palladius), is kept as a keyed Bloom filter of its letter pairs (a cryptographic long-term key: Schnell,
Bachteler and Reiher 2009): which of its bits a pair of letters sets, only the installation's secret tells, so two
filters can be compared and neither be read. Endings that come and go in life are left out. Beside them stand two
blocking keys, keyed hashes of consonant skeletons: of the whole birth date and one of the names, the same in either
order; and of the year of birth and both names. Who shares the first is a candidate (rules.persons.matching), and no
more; how many share the second tells how frequent the names are.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import country_code
from shared.kernel.palladius import in_cyrillic, is_syllable
from shared.kernel.spellings import canonical, stem

BITS: Final = 128
"""Of a filter, kept as two numbers of 64 bits: a name of twelve letter pairs sets about a tenth of them."""

NO_BLOCK: Final = 0
"""Of a name or birth date that is not known well enough: meets nobody."""

LIKENESS: Final = np.dtype(
    [
        ("key", "<i8"), ("number", "<i8"), ("born", "<i4"), ("sex", "u1"), ("state", "<i2"), ("day_block", "<i8"),
        ("year_block", "<i8"),
        ("surname", "<u8", 2), ("given", "<u8", 2),
    ]
)  # fmt: skip
"""A claim as it is compared. A part of a name that is missing has no bits."""

STORED: Final = np.dtype(
    [(name, LIKENESS[name].str) for name in ("key", "number", "born", "sex", "state", "day_block", "year_block")]
    + [(name, "<i8") for name in ("surname_1", "surname_2", "given_1", "given_2")]
)
"""The same as it is stored: each half of a filter is a signed number."""

_SIBILANTS: Final = str.maketrans({"Š": "S", "Č": "S", "Ž": "S", "Z": "S"} | dict.fromkeys("GHKQ", "K") | {"F": "P"})
"""Letters that some table leaves without its mark (Turkmen S, Z, C), or that an ear does not tell apart."""

_VOWELS: Final = str.maketrans("", "", "AEIOU")


class Likeness(NamedTuple):
    """The columns that LIKENESS has beside a claim's own, signed as a database keeps them."""

    state: int
    day_block: int
    year_block: int
    surname_1: int
    surname_2: int
    given_1: int
    given_2: int


def likeness_of(stored: Mapping[str, npt.NDArray[Any]] | npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """The columns of STORED, as LIKENESS."""
    found = np.zeros(len(stored["key"]), LIKENESS)
    for name, field in LIKENESS.fields.items() if LIKENESS.fields else ():
        if not field[0].shape:
            found[name] = stored[name]
            continue
        for half in (0, 1):
            found[name][:, half] = stored[f"{name}_{half + 1}"].astype(np.int64).view(np.uint64)
    return found


class Filters:
    """Makes likenesses with the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret[:64]
        self._pair = lru_cache(2**14)(self._bit)
        self._surname = lru_cache(2**15)(self._of_surname)
        self._given = lru_cache(2**15)(self._of_given)

    def of(self, surname: str, given_names: str | None, birth_date: str, state: str | None) -> Likeness:
        """The likeness of a holder, birth date as ISO 8601 and maybe in part; `state` issued the document (its
        code; None where none did)."""
        surname, given_names = read_by_office(surname, given_names, state)
        (one, *family), (other, *given) = self._surname(surname), self._given(given_names)
        words = sorted(filter(None, (one, other)))
        whole = words and len(birth_date) == _WHOLE
        return Likeness(
            country_code(state),
            self._block(b"day", f"{birth_date}{words[0]}") if whole else NO_BLOCK,
            self._block(b"year", f"{birth_date[:4]}{' '.join(words)}") if len(words) > 1 else NO_BLOCK,
            *family,
            *given,
        )

    def _of_surname(self, surname: str) -> tuple[str, int, int]:
        """Its skeleton and its filter."""
        family = canonical(surname)
        return skeleton(family), *self.of_words([stem(family)])

    def _of_given(self, given_names: str | None) -> tuple[str, int, int]:
        """The skeleton of the first of them, and the filter of all."""
        given = [canonical(word) for word in words_of(given_names)]
        return skeleton(given[0]) if given else "", *self.of_words(map(stem, given))

    def of_words(self, words: Iterable[str]) -> tuple[int, int]:
        """The filter of words as they stand, as two numbers."""
        bits = 0
        for word in filter(None, words):
            bits |= self._bits(word)
        return _signed(bits >> 64), _signed(bits & _LOW)

    def _bits(self, word: str) -> int:
        edged, bits = f"_{word}_", 0
        for place in range(len(edged) - 1):
            bits |= self._pair(edged[place : place + 2])
        return bits

    def _bit(self, letters: str) -> int:
        return 1 << self._hash(b"letters", letters) % BITS

    def _block(self, domain: bytes, text: str) -> int:
        return self._hash(domain, text) >> 1 or 1

    def _hash(self, domain: bytes, text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=8, key=self._secret, person=domain).digest())


_WHOLE: Final = len("1990-05-01")
_LOW: Final = (1 << 64) - 1


def _signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits


def read_by_office(surname: str, given_names: str | None, state: str | None) -> tuple[str, str | None]:
    """The name as registers here write it, where the office that issued the document prints it by a table of its own.

    China's prints pinyin: a name with a surname of one syllable (others are not Chinese) is read by Palladius. So is
    one of which no document tells the office, where all of it is pinyin. Turkmenistan's leaves the mark of the letter
    that is written Ç, and has no plain C (alphabet of 1999).
    """
    if state == "TKM":
        return _TURKMEN_C.sub("CH", surname), given_names and _TURKMEN_C.sub("CH", given_names)
    if state not in ("CHN", None) or not (is_syllable(surname) or is_syllable(given_names or "")):
        return surname, given_names
    read = in_cyrillic(surname), in_cyrillic(given_names or "")
    return (read[0] or surname, read[1] or given_names) if state or all(read) else (surname, given_names)


_TURKMEN_C: Final = re.compile("C(?!H)")


def words_of(given_names: str | None) -> list[str]:
    """Given names one by one; a hyphen parts them as well as a space does."""
    return (given_names or "").replace("-", " ").split()


@lru_cache(2**15)
def skeleton(folded: str) -> str:
    """The consonants of a folded word without its ending, those that tables confuse as one; of fewer than two, the
    whole word."""
    kept = stem(folded)
    consonants = kept.translate(_SIBILANTS).translate(_VOWELS)
    return consonants if len(consonants) > 1 else kept
