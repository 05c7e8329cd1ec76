"""Writes countries.csv: ISO 3166-1 alpha-3 codes with names in three languages, and the ICAO 9303 codes for persons.

Run once when the ISO list changes, from the repository's root (no part of the running system):

    uv run --no-project --with babel==2.18.0 --with pycountry==26.2.16 python contracts/codes/generate_countries.py
"""

import csv
from pathlib import Path

import pycountry
from babel import Locale

TARGET = Path(__file__).with_name("countries.csv")
HEADER = ("code", "parent", "kk", "ru", "en", "valid_from", "valid_to", "source")
ISO = "ISO 3166-1 (pycountry 26.2.16); names Unicode CLDR (Babel 2.18.0)"
OWN = "ISO 3166-1 (pycountry 26.2.16); names Unicode CLDR (Babel 2.18.0), put right as used in Kazakhstan"
ICAO = "ICAO Doc 9303 part 3 section 5 (codes for persons without a defined nationality)"

# What CLDR shortens for narrow screens.
IN_FULL = {
    "ru": (("о-ва", "острова"), ("о-в ", "остров "), ("Св. Елены", "Святой Елены")),
    "en": ((" & ", " and "), ("St. ", "Saint "), ("U.S. ", "US ")),
    "kk": (),
}

# Where CLDR's name is ambiguous or not the one that Kazakhstan's public bodies use: kk, ru, en; None keeps CLDR's.
CORRECTED: dict[str, tuple[str | None, str | None, str | None]] = {
    "ARE": (None, "Объединённые Арабские Эмираты", None),
    "BES": (None, None, "Bonaire, Sint Eustatius and Saba"),
    "COD": ("Конго Демократиялық Республикасы", "Демократическая Республика Конго", "Democratic Republic of the Congo"),
    "COG": ("Конго Республикасы", "Республика Конго", "Republic of the Congo"),
    "HKG": ("Гонконг (АӘА)", None, "Hong Kong (SAR)"),
    "KGZ": (None, "Кыргызстан", None),
    "KOR": ("Корея Республикасы", None, "Republic of Korea"),
    "MAC": ("Макао (АӘА)", None, "Macao (SAR)"),
    "MMR": ("Мьянма", "Мьянма", "Myanmar"),
    "PRK": ("Корей Халық Демократиялық Республикасы", "Корейская Народно-Демократическая Республика", "DPR Korea"),
    "PSE": ("Палестина", "Палестина", "Palestine"),
    "USA": (None, "Соединённые Штаты Америки", "United States of America"),
    "ZAF": ("Оңтүстік Африка Республикасы", None, None),
}

PERSONS = (
    ("XXA", "Азаматтығы жоқ адам", "Лицо без гражданства", "Stateless person"),
    ("XXB", "Босқын (1951 жылғы конвенция)", "Беженец (конвенция 1951 года)", "Refugee (1951 Convention)"),
    ("XXC", "Өзге босқын", "Иной беженец", "Other refugee"),
    ("XXX", "Азаматтығы анықталмаған", "Гражданство не определено", "Unspecified nationality"),
)


def name(language: str, alpha_2: str) -> str:
    text = str(Locale.parse(language).territories[alpha_2])
    for short, full in IN_FULL[language]:
        text = text.replace(short, full)
    return text[0].upper() + text[1:]


def country(alpha_2: str, alpha_3: str) -> tuple[str, ...]:
    corrected = CORRECTED.get(alpha_3, (None, None, None))
    kk, ru, en = (own or name(language, alpha_2) for own, language in zip(corrected, ("kk", "ru", "en"), strict=True))
    return (alpha_3, "", kk, ru, en, "", "", OWN if alpha_3 in CORRECTED else ISO)


def main() -> None:
    rows = sorted(country(entry.alpha_2, entry.alpha_3) for entry in pycountry.countries)
    rows += [(code, "", kk, ru, en, "", "", ICAO) for code, kk, ru, en in PERSONS]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
