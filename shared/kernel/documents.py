"""Travel and identity documents: the one form in which a number is compared.

Source: ICAO Doc 9303 part 3 (characters allowed in machine readable document numbers).
"""

import re

LONGEST_NUMBER = 22  # nine characters and the overflow that part 5 of Doc 9303 allows on cards


FILLERS = frozenset({
    "NODOC", "NODOCUMENT", "NODOCUMENTS", "NOPASSPORT", "NONE", "NONUMBER", "NULL", "NIL", "NA", "NAN", "NO",
    "UNKNOWN", "UNDEFINED", "MISSING", "EMPTY", "BEZDOKUMENTOV", "BEZDOKUMENTA", "BEZPASPORTA", "BEZNOMERA", "NET",
    "NETU", "OTSUTSTVUET", "BN",
})  # fmt: skip
"""What is written for "no number", in the form of `normalise`: English words, Russian ones in Latin letters."""

_COUNTED = frozenset("1234567890"[:end] for end in range(4, 11)) | frozenset("0123456789"[:end] for end in range(4, 11))
NOT_NUMBERS = sorted(FILLERS | _COUNTED)
"""All fillers but one character over and over."""
_SEPARATORS = re.compile(r"[\s<./\\№#‐-―-]+")  # what people and machines put between or before the characters
_ALLOWED = re.compile(rf"[A-Z0-9]{{1,{LONGEST_NUMBER}}}")


def normalise(number: str) -> str:
    """The number in capitals and without separators: `n 0123-4567` and `N01234567` are one document.

    Raises ValueError, without repeating the number, where other characters than A-Z and 0-9 remain.
    """
    if _ALLOWED.fullmatch(number):  # as nearly all are written: nothing to take away
        return number
    plain = _SEPARATORS.sub("", number)
    # Capitals only of what is Latin: those of foreign letters are Latin ones, such as S of the long s.
    if not plain.isascii() or not _ALLOWED.fullmatch(plain := plain.upper()):
        raise ValueError(f"must consist of 1 to {LONGEST_NUMBER} Latin letters and digits (ICAO 9303)")
    return plain


def is_filler(number: str) -> bool:
    """Whether registers write this where there is no number: it is nobody's, and proves nothing.

    One character over and over (`000000000`, `XXXXXXXXX`, `0`), the digits in their order, or a word for "none".
    """
    plain = number if number.isalnum() else normalise(number)
    return plain == plain[0] * len(plain) or plain in _COUNTED or plain.upper() in FILLERS


def identity_key(issuing_state: str, number: str) -> str | None:
    """What makes two documents the same: issuing state and number; None for a filler, which is no key of anything.

    The type stays out, because registers disagree about it (a passport here is an identity document there).
    """
    return key_of(issuing_state, normalise(number))


def key_of(issuing_state: str, normalised: str) -> str | None:
    """The same of a number that is normalised already."""
    return None if is_filler(normalised) else f"{issuing_state}:{normalised}"
