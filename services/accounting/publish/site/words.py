"""What a page says in one language: its texts, and how numbers, days and periods are written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.accounting.rules.figures.dataflows import Enumeration, codes_of
from services.accounting.rules.spans import span
from shared.kernel.calendar import add_days
from shared.kernel.codes import Language
from shared.kernel.periods import Period

MINUS: Final = "\u2212"
NOTHING: Final = "–"
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Wording:
    """The texts of a view over those of the site."""

    language: Language
    texts: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        text: str = self.texts[name]
        return text

    def column(self, name: str) -> str:
        text: str = self.texts["columns"][name]
        return text

    def option(self, code: str) -> str:
        text: str = self.texts["options"][code]
        return text

    def unit(self, code: str) -> str:
        """A unit of measurement; one without a word stands for itself."""
        return str(self.texts.get(code, code))

    def code(self, enumeration: Enumeration, code: str) -> str:
        """A code's name; one without a name stands for itself."""
        known = codes_of(enumeration).get(code)
        return known.label(self.language) if known else code

    def number(self, value: float | Decimal) -> str:
        """A whole number with its thousands apart and a real minus; of a broken one, one decimal."""
        whole = value == int(value)
        text = f"{int(value):,}" if whole else f"{_tenths(value):,}"
        apart, decimal = self["thousands"], self["decimal"]
        return text.replace(",", "\0").replace(".", decimal).replace("\0", apart).replace("-", MINUS)

    def rate(self, value: float | Decimal) -> str:
        """With one decimal, always."""
        return str(_tenths(value)).replace(".", self["decimal"]).replace("-", MINUS)

    def percent(self, value: float | Decimal) -> str:
        """A rate per hundred, with its sign."""
        return self["percent"].format(number=self.rate(value))

    def day(self, day: date) -> str:
        name = self.texts["months"][day.month - 1]
        return self["date"].format(day=day.day, month=day.month, year=day.year, name=name)

    def period(self, text: str) -> str:
        """A period of SDMX as readers write it; what cannot be read stands as it is."""
        try:
            period = Period.parse(text)
        except ValueError:
            return self._span(text)
        match period.frequency:
            case "M":
                return self["month_of_year"].format(year=period.year, name=self.texts["months"][period.number - 1])
            case "Q":
                return self["quarter_of_year"].format(year=period.year, number=period.number)
            case _:
                return str(period.year)

    def _span(self, text: str) -> str:
        """A day, or months and years that a figure covers together, by its first and last."""
        try:
            start, end = span(text)
        except ValueError:
            return text
        last = add_days(end, -1)
        if last == start:
            return self.day(start)
        if (start.day, end.day) != (1, 1):
            return f"{self.day(start)} – {self.day(last)}"
        if (start.month, end.month) == (1, 1):
            return f"{start.year}–{last.year}"
        if start.year == last.year:
            months = "–".join(self.texts["months"][each.month - 1] for each in (start, last))
            return self["month_of_year"].format(year=start.year, name=months)
        return " – ".join(self.period(f"{each.year}-{each.month:02}") for each in (start, last))


def _tenths(value: float | Decimal) -> Decimal:
    """With one decimal; what is too little for it is nothing, and has no sign."""
    return Decimal(f"{value:.1f}") + 0


@cache
def words_of(view: str, language: Language) -> Wording:
    """The site's texts with those of a view; the empty name is the site alone."""
    return Wording(language, _merged(_read("texts"), _read(f"views/{view}") if view else {}, language))


def _merged(
    site: Mapping[str, Mapping[str, Any]], view: Mapping[str, Mapping[str, Any]], language: Language
) -> Mapping[str, Any]:
    own, common = view.get(language, {}), site[language]
    tables = {name: {**common[name], **own.get(name, {})} for name in ("columns", "options")}
    return {**common, **own, **tables}


@cache
def _read(name: str) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
