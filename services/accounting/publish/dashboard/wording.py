"""What the page says in one language: its texts, and how numbers, days and periods are written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.codes import Language
from shared.kernel.periods import Period

MINUS = "\u2212"


@dataclass(frozen=True)
class Wording:
    language: Language
    texts: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        text: str = self.texts[name]
        return text

    def number(self, value: int) -> str:
        """A whole number with its thousands apart and a real minus."""
        return f"{value:,}".replace(",", self["thousands"]).replace("-", MINUS)

    def share(self, part: int, whole: int) -> str:
        """A part in per cent, with one decimal."""
        return f"{100 * part / whole:.1f}".replace(".", self["decimal"]) + "\u00a0%"

    def day(self, day: date) -> str:
        name = self.texts["months"][day.month - 1]
        return self["date"].format(day=day.day, month=day.month, year=day.year, name=name)

    def period(self, period: Period) -> str:
        match period.frequency:
            case "M":
                return self["month_of_year"].format(year=period.year, name=self.texts["months"][period.number - 1])
            case "Q":
                return self["quarter_of_year"].format(year=period.year, number=period.number)
            case _:
                return str(period.year)


@cache
def wording(language: Language) -> Wording:
    return Wording(language, _texts()[language])


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
