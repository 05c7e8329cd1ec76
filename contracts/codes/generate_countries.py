"""Writes countries.csv: ISO 3166-1 alpha-3 codes with names in three languages, those of ISO 3166-3 that stood for a
state whose people this register may meet, and the ICAO 9303 codes for persons.

A state that has come into being holds from its first day (SINCE), a code that was withdrawn until ISO withdrew it:
between both, either is taken. The republics of the Soviet Union have no first day: older registers bear their codes.

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

# First days of states that came into being after 1989, beside those of the Soviet Union.
SINCE = {
    "BES": "2010-10-10",
    "BIH": "1992-03-01",
    "COD": "1997-05-17",
    "CUW": "2010-10-10",
    "CZE": "1993-01-01",
    "ERI": "1993-05-24",
    "HRV": "1991-06-25",
    "MKD": "1991-09-08",
    "MNE": "2006-06-03",
    "PLW": "1994-10-01",
    "SRB": "2006-06-05",
    "SSD": "2011-07-09",
    "SVK": "1993-01-01",
    "SVN": "1991-06-25",
    "SXM": "2010-10-10",
    "TLS": "2002-05-20",
}
FOUNDED = "; first day of the state"

# Code, names, first day where it is known to matter, day on which ISO withdrew the code.
FORMER = (
    ("ANT", "Нидерланд Антиль аралдары", "Нидерландские Антильские острова", "Netherlands Antilles", "", "2010-12-15"),
    ("BUR", "Бирма", "Бирма", "Burma", "", "1989-12-05"),
    ("BYS", "Белорус КСР", "Белорусская ССР", "Byelorussian SSR", "", "1992-06-15"),
    ("CSK", "Чехословакия", "Чехословакия", "Czechoslovakia", "", "1993-06-15"),
    (
        "DDR",
        "Герман Демократиялық Республикасы",
        "Германская Демократическая Республика",
        "German DR",
        "",
        "1990-10-30",
    ),
    ("SCG", "Сербия және Черногория", "Сербия и Черногория", "Serbia and Montenegro", "2003-02-04", "2006-09-26"),
    ("SUN", "КСРО", "СССР", "USSR", "", "1992-08-30"),
    ("TMP", "Шығыс Тимор (2002 жылға дейін)", "Восточный Тимор (до 2002 года)", "East Timor", "", "2002-05-20"),
    (
        "YMD",
        "Йемен Халық Демократиялық Республикасы",
        "Народная Демократическая Республика Йемен",
        "Yemen PDR",
        "",
        "1990-08-14",
    ),
    ("YUG", "Югославия", "Югославия", "Yugoslavia", "", "2003-07-23"),
    ("ZAR", "Заир", "Заир", "Zaire", "", "1997-07-14"),
)
WITHDRAWN = "ISO 3166-3 (pycountry 26.2.16); valid until ISO withdrew the code"

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
    source = OWN if alpha_3 in CORRECTED else ISO
    since = SINCE.get(alpha_3, "")
    return (alpha_3, "", kk, ru, en, since, "", source + (FOUNDED if since else ""))


def main() -> None:
    rows = [country(entry.alpha_2, entry.alpha_3) for entry in pycountry.countries]
    rows += [(code, "", kk, ru, en, since, until, WITHDRAWN) for code, kk, ru, en, since, until in FORMER]
    rows.sort()
    rows += [(code, "", kk, ru, en, "", "", ICAO) for code, kk, ru, en in PERSONS]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
