"""What a report says in one language, and how it writes numbers, days and periods."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from services.accounting.rules.reports.due import ReportPeriod
from shared.kernel.codes import Language
from shared.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class ReportWords:
    language: Language
    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def number(self, value: Decimal | int) -> str:
        """With its thousands apart and its own decimals; a minus that every font has."""
        whole, point, decimals = (f"{value:,}" if isinstance(value, int) else f"{value:,f}").partition(".")
        return whole.replace(",", self["thousands"]) + (self["decimal"] + decimals if point else "")

    def day(self, day: date) -> str:
        return self["day"].format(day=day.day, month=day.month, year=day.year)

    def reported(self, period: ReportPeriod) -> str:
        return self["half" if period.half else "year"].format(year=period.year, half=period.half)

    def column(self, period: str) -> str:
        """A figure's period as the head of its column: quarters in words, all others as SDMX writes them."""
        if "-Q" not in period:
            return period
        quarter = Period.parse(period)
        return self["quarter"].format(year=quarter.year, number=quarter.number)


@cache
def report_words(language: Language) -> ReportWords:
    return ReportWords(language, report_texts()[language])


@cache
def report_texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
