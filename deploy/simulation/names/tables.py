"""Transliteration tables of issuing offices, each with its source: upper-case letters -> Latin capitals A to Z.

Only what stands in a travel document's Latin lines is given: marks are dropped or opened out (ICAO Doc 9303 part 3,
section 6). Rules that look at a letter's neighbours stand in `written`.
"""

from typing import Final

_CYRILLIC: Final = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"


_ICAO: Final = "A B V G D E E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH IE Y - E IU IA"
_KAZAKH: Final = {"Ә": "A", "Ғ": "G", "Қ": "K", "Ң": "N", "Ө": "O", "Ұ": "U", "Ү": "U", "Һ": "H", "І": "I"}
_UZBEK: Final = {"Ў": "O", "Қ": "Q", "Ғ": "G", "Ҳ": "H"}
_TAJIK: Final = {"Ҷ": "J", "Ғ": "GH", "Қ": "Q", "Ҳ": "H", "Ӣ": "I", "Ӯ": "U"}
_OTHERS: Final = _KAZAKH | {"Ў": "U", "Ҳ": "KH", "Ҷ": "DZH", "Җ": "DZH", "Ӣ": "I", "Ӯ": "U"}


def _table(base: str, **over: str) -> dict[int, str]:
    """`base`: a Latin spelling for each Russian letter in the order of the alphabet, `-` for none; `over`: what differs
    from the usual spelling of the letters that Russian has not."""
    spelled = dict(zip(_CYRILLIC, base.replace("-", "_").split(), strict=True)) | _OTHERS | over
    return {ord(letter): latin.replace("_", "") for letter, latin in spelled.items()}


OFFICES: Final[dict[str, dict[int, str]]] = {
    # ICAO Doc 9303 part 3 section 6 B; Russia's passports since the order of the migration service 211 of 26.03.2014
    "ICAO": _table(_ICAO),
    # GOST R 52535.1-2006, order 26 of 03.02.2010: TC for Ц, no sign for Ъ
    "RUS-2010": _table(_ICAO.replace(" TS ", " TC ").replace(" IE ", " - ")),
    # Interior ministry's order 310 of 26.05.1997, in the English manner
    "RUS-1997": _table("A B V G D E YO ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA"),
    # Passports of the Union and the nineties, in the French manner (interior ministry's order 64)
    "SUN": _table(
        "A B V G D E E J Z I I K L M N O P R S T OU F KH TS TCH CH CHTCH - Y - E IOU IA",
        **{"Ұ": "OU", "Ү": "OU", "Ў": "OU", "Ӯ": "OU", "Ҷ": "DJ", "Җ": "DJ"},
    ),
    # Kazakhstan's passports and identity cards as they are printed
    "KAZ": _table(
        "A B V G D E YO ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA"
    ),
    # Kazakh Latin alphabet of 2021 without its marks, as people write themselves outside documents
    "KAZ-LATIN": _table(
        "A B V G D E IO J Z I I K L M N O P R S T U F H TS CH S SH - Y - E IU IA", **{"Қ": "Q"}
    ),
    # Uzbek Latin (law of 02.09.1993), in biometric passports: X for Х, H for Ҳ, the turned comma dropped
    "UZB": _table("A B V G D E YO J Z I Y K L M N O P R S T U F X S CH SH SH - I - E YU YA", **_UZBEK),
    # Uzbek passports before the biometric ones, from the Russian spelling
    "UZB-1994": _table("A B V G D E YO J Z I Y K L M N O P R S T U F KH TS CH SH SH - I - E YU YA"),
    "KGZ": _table(_ICAO, **{"Ы": "Y"}),
    # Kyrgyz passports of 2004: J for Ж, Y for Й
    "KGZ-2004": _table("A B V G D E YO J Z I Y K L M N O P R S T U F H TS CH SH SHCH - Y - E YU YA"),
    "TJK": _table("A B V G D E YO ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA", **_TAJIK),
    # Turkmen Latin without its marks: W for В, Y for Й and Ы, C for Ч, S for Ш, Z for Ж
    "TKM": _table(
        "A B W G D E YO Z Z I Y K L M N O P R S T U F H S C S S - Y - E YU YA",
        **{"Ә": "A", "Ө": "O", "Ү": "U", "Җ": "J", "Ң": "N", "Қ": "K", "Ғ": "G", "Ұ": "U", "І": "I"},
    ),
    # Mongolian standard MNS 5217: J for Ж, KH for Х, U for Ү, U for Ө
    "MNG": _table(
        "A B V G D YE YO J Z I I K L M N O P R S T U F KH TS CH SH SHCH I Y I E YU YA",
        **_KAZAKH | {"Ө": "U", "Ү": "U", "Қ": "KH", "Ә": "A"},
    ),
    # Afghan passports, in the English manner
    "AFG": _table(
        "A B W G D E YO ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA",
        **_TAJIK | {"Ӣ": "EE", "Ӯ": "OO"}
    ),
}  # fmt: skip

MARKED: Final[dict[str, dict[int, str]]] = {
    # ICAO Doc 9303 part 3 section 6 A; Turkish documents drop the marks
    "TUR": {ord(a): b for a, b in zip("ÇĞİIŞÖÜÂÎÛ", "CGIISOUAIU", strict=True)},
    "DEU": {ord(a): b for a, b in {"Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS"}.items()},
}

RUSSIAN: Final[dict[int, str]] = {
    ord(a): b
    for a, b in {
        "Ә": "А", "Ғ": "Г", "Қ": "К", "Ң": "Н", "Ө": "О", "Ұ": "У", "Ү": "У", "Һ": "Х", "І": "И", "Ў": "У", "Ҳ": "Х",
        "Ҷ": "ДЖ", "Җ": "ДЖ", "Ӣ": "И", "Ӯ": "У",
    }.items()
}  # fmt: skip
"""How a Russian-writing clerk writes the letters that Russian has not."""
