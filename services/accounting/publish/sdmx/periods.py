"""Periods as a query names them (SDMX 2.1, section 6, 4.2.1): calendar periods and reporting periods.

The reporting year begins on January 1, as the standard assumes where nothing else is said.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from services.accounting.rules.spans import span
from shared.kernel.calendar import add_days, add_months

EXPECTED: Final = "2024, 2024-Q1, 2024-05, 2024-05-31, or 2024-S1, 2024-T3, 2024-W05 and their like"

_REPORTING: Final = re.compile(r"([0-9]{4})-(?:([AST])([0-9])|([MW])([0-9]{2})|(D)([0-9]{3}))")
_MONTHS: Final[Mapping[str, int]] = {"A": 12, "S": 6, "T": 4, "M": 1}
"""Of a year, a half-year, a trimester (a third of a year), a month."""


def asked_span(text: str) -> tuple[date, date]:
    """`[start, end)` of a period. Raises ValueError for what is none, and for one that ends beyond the calendar."""
    if not (given := _REPORTING.fullmatch(text)):
        return span(text)
    year, kind, number = int(given[1]), given[2] or given[4] or given[6], int(given[3] or given[5] or given[7])
    start, end = _READ.get(kind, _months)(year, kind, number)
    if end == date.max:  # where calendar arithmetic stops
        raise ValueError("the calendar ends with this period")
    return start, end


def _months(year: int, kind: str, number: int) -> tuple[date, date]:
    length = _MONTHS[kind]
    if not 1 <= number <= 12 // length:
        raise ValueError("a year has no such part")
    start = date(year, (number - 1) * length + 1, 1)
    return start, add_months(start, length)


def _week(year: int, _: str, number: int) -> tuple[date, date]:
    """A week begins on Monday, and the first of a year holds its first Thursday (ISO 8601)."""
    start = date.fromisocalendar(year, number, 1)
    return start, add_days(start, 7)


def _day(year: int, _: str, number: int) -> tuple[date, date]:
    day = add_days(date(year, 1, 1), number - 1)
    if number < 1 or day.year != year:
        raise ValueError("a year has no such day")
    return day, add_days(day, 1)


_READ: Final[Mapping[str, Callable[[int, str, int], tuple[date, date]]]] = {"W": _week, "D": _day}
