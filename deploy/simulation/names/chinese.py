"""Pinyin into Cyrillic by Palladius, and Kazakh names into the pinyin that Chinese passports print for them."""

import re
from functools import lru_cache
from typing import Final

_INITIALS: Final = {
    "": "", "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т", "n": "н", "l": "л", "g": "г", "k": "к",
    "h": "х", "j": "цз", "q": "ц", "x": "с", "zh": "чж", "ch": "ч", "sh": "ш", "r": "ж", "z": "цз", "c": "ц", "s": "с",
}  # fmt: skip
_FINALS: Final = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань", "en": "энь",
    "ang": "ан", "eng": "эн", "ong": "ун", "i": "и", "ia": "я", "ie": "е", "iao": "яо", "iu": "ю", "ian": "янь",
    "in": "инь", "iang": "ян", "ing": "ин", "iong": "юн", "u": "у", "ua": "уа", "uo": "о", "uai": "уай", "ui": "уй",
    "uan": "уань", "un": "унь", "uang": "уан", "ue": "юэ", "er": "эр",
}  # fmt: skip
_ALONE: Final = {
    "zhi": "чжи", "chi": "чи", "shi": "ши", "ri": "жи", "zi": "цзы", "ci": "цы", "si": "сы", "hui": "хуэй",
    "ya": "я", "ye": "е", "yao": "яо", "you": "ю", "yan": "янь", "yin": "инь", "yang": "ян", "ying": "ин",
    "yong": "юн", "yi": "и", "yu": "юй", "yue": "юэ", "yuan": "юань", "yun": "юнь", "wa": "ва", "wo": "во",
    "wai": "вай", "wei": "вэй", "wan": "вань", "wen": "вэнь", "wang": "ван", "weng": "вэн", "wu": "у",
    "lu": "лу", "nu": "ну",
} | {
    initial + final: _INITIALS[initial] + spelled
    for initial in ("j", "q", "x")
    for final, spelled in {"u": "юй", "uan": "юань", "un": "юнь", "ue": "юэ"}.items()
}  # fmt: skip
_SYLLABLES: Final = {a + b: x + y for a, x in _INITIALS.items() for b, y in _FINALS.items()} | _ALONE
_LONGEST: Final = max(map(len, _SYLLABLES))


@lru_cache(maxsize=4096)
def palladius(pinyin: str) -> str:
    """A name in pinyin without tones, in Cyrillic (Palladius' system): Xiaoming -> Сяомин."""
    left, found = pinyin.lower(), ""
    while left:
        syllable = next((left[:n] for n in range(_LONGEST, 0, -1) if _is_syllable(left, n)), left[0])
        found += _SYLLABLES.get(syllable, syllable)
        left = left[len(syllable) :]
    return found.capitalize()


def _is_syllable(text: str, length: int) -> bool:
    """Whether the text's first letters are one that leaves no final consonant to begin with a vowel."""
    rest = text[length:]
    return text[:length] in _SYLLABLES and not (text[length - 1 : length] in "ngr" and rest[:1] in "aeiou" and rest)


_TO_PINYIN: Final = (  # as Xinjiang's offices transcribe Kazakh names: clusters are opened by vowels
    ("Ё|Е(?=[АӘОӨҰҮЫІ])", "YE"), ("^Е", "YE"), ("^Э", "AI"), ("БЕК", "BIEKE"), ("ЖАН", "JIANG"), ("ГҮЛ", "GULI"),
    ("ҚЫЗ", "HEZI"), ("^Ы|^І", "YI"), ("Й", "YI"), ("ҒА|ГА", "HA"), ("Қ(?=[АОҰЫУ])|Ғ|Х|Һ", "H"), ("Қ", "HE"),
    ("Р(?![АӘЕИОӨҰҮЫІУЯ])", "ER"), ("Р", "L"), ("Л(?![АӘЕИОӨҰҮЫІУЯ])", "LI"), ("Л", "L"),
    ("Т(?![АӘЕИОӨҰҮЫІУЯ])", "TE"), ("Т", "T"), ("[КГ](?![АӘЕИОӨҰҮЫІУЯ])", "KE"), ("К", "K"), ("Г", "G"),
    ("С(?![АӘЕИОӨҰҮЫІУЯ])", "SI"), ("С", "S"), ("З(?![АӘЕИОӨҰҮЫІУЯ])", "ZI"), ("З", "Z"),
    ("Д(?![АӘЕИОӨҰҮЫІУЯ])", "DE"), ("Д", "D"), ("Б(?![АӘЕИОӨҰҮЫІУЯ])", "BU"), ("Б", "B"),
    ("П(?![АӘЕИОӨҰҮЫІУЯ])", "PU"), ("П", "P"), ("М(?![АӘЕИОӨҰҮЫІУЯ])", "MU"), ("М", "M"),
    ("Ш|Щ", "SH"), ("Ж", "ZH"), ("Ч", "CH"), ("Ц", "C"), ("В|Ў", "W"), ("Ф", "F"), ("Ң", "NG"), ("Н", "N"),
    ("А", "A"), ("Ә|Э", "AI"), ("Е", "IE"), ("И|І|Ы", "I"), ("О", "O"), ("Ө", "UO"), ("Ұ|Ү|У", "U"),
    ("Ю", "YU"), ("Я", "YA"), ("[ЪЬ]", ""),
)  # fmt: skip
_RULES: Final = tuple((re.compile(pattern), latin) for pattern, latin in _TO_PINYIN)


@lru_cache(maxsize=4096)
def kazakh_in_pinyin(word: str) -> str:
    """A Kazakh name as a Chinese passport prints it: Нұрлан -> NUERLAN."""
    found = word.upper()
    for pattern, latin in _RULES:
        found = pattern.sub(latin, found)
    return re.sub("[^A-Z]", "", found)
