"""Latin names as travel documents write them, and a first key under which spellings of one name meet.

Source: ICAO Doc 9303 part 3, sections 4.6 (characters) and 6 (transliteration of national characters).
The key answers for case, marks and punctuation only; Cyrillic and other Latin spellings of one name are folded by
shared.kernel.spellings.
"""

import re
import unicodedata

_ICAO_NAME = re.compile(r"[A-Z]+(?:[ '-]+[A-Z]+)*[ '-]*")

# Letters that do not come apart into a base letter and a mark, as Doc 9303 writes them.
_WHOLE_LETTERS = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "Ø": "OE", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "ẞ": "SS", "Ŋ": "N", "Ħ": "H", "Ə": "E"}
)

_NO_LETTERS = re.compile("[^A-Z]+")
_LETTERS = {"Lu", "Lo"}  # not "Lm": the turned commas of Uzbek (Oʻ, Gʻ) are apostrophes here


_CYRILLIC_NAME = re.compile(r"[\u0400-\u052F]+(?:[ '’ʼ.-]+[\u0400-\u052F]+)*[ .]*")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_OF_LINES = {"\n", "\r", "\t"}


def normalise(text: str) -> str:
    """The text in Normalization Form C (Unicode Standard Annex 15): one sequence of code points for what looks alike.

    Raises ValueError where characters that nobody sees are in it: two texts that look alike would differ.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():  # as nearly all are: nothing of what is invisible is
        return composed
    if any(unicodedata.category(each) in _INVISIBLE and each not in _OF_LINES for each in composed):
        raise ValueError("must not contain invisible characters")
    return composed


def is_cyrillic(name: str) -> bool:
    """True if the name is in Cyrillic letters, in one or more words: a Latin letter that looks like one is none."""
    return _CYRILLIC_NAME.fullmatch(name) is not None


def is_icao(name: str) -> bool:
    """True if the name is in Latin capitals of one or more words joined by space, hyphen or apostrophe."""
    return _ICAO_NAME.fullmatch(name) is not None


def fold(surname: str, given_names: str | None = None) -> str:
    """A key that stays the same however the name is cased, hyphenated, spaced or marked.

    `fold("Al-Hassan", "O'tkir")` is `ALHASSAN,OTKIR`; a missing given name leaves the part after the comma empty.
    """
    return f"{_letters(surname)},{_letters(given_names or '')}"


def _letters(name: str) -> str:
    if name.isascii():  # as nearly all travel documents write it: nothing to take apart
        return _NO_LETTERS.sub("", name.upper())
    apart = unicodedata.normalize("NFKD", name.upper().translate(_WHOLE_LETTERS))
    return "".join(letter for letter in apart if unicodedata.category(letter) in _LETTERS)
