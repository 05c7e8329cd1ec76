"""Spans of time as they are written: a figure's period is a month, quarter or year, a day, or years or months from a
day on (SDMX time range); a register names the last day of what it states.
"""

import re
from datetime import MAXYEAR, date
from functools import lru_cache

from shared.kernel.calendar import add_days, add_months
from shared.kernel.periods import Period

_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/P([1-9][0-9]{0,2})([YM])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(4_096)
def span(period: str) -> tuple[date, date]:
    """`[start, end)` of `2024`, `2024-Q1`, `2024-05`, `2021-11-01`, `2014-01-01/P3Y` or `2020-01-01/P6M`.

    Raises ValueError for what is none of them, and for one that ends beyond the calendar."""
    if given := _RANGE.fullmatch(period):
        start, months = date.fromisoformat(given[1]), int(given[2]) * (12 if given[3] == "Y" else 1)
        if start.year + months / 12 > MAXYEAR:
            raise ValueError("the calendar ends before this time")
        return start, add_months(start, months)
    if _DAY.fullmatch(period):
        day = date.fromisoformat(period)
        if (end := day_after(day)) is None:
            raise ValueError("the calendar ends with this day")
        return day, end
    named = Period.parse(period)
    return named.start, named.end


def day_after(last: date | None) -> date | None:
    """The first day after the last one. The calendar's last day, by which some say "without end", has none."""
    return add_days(last, 1) if last and last < date.max else None


def frequency(period: str) -> str:
    """The code of CL_FREQ that a period asks for: A, Q, M, D for a day, `_X` for a span of time."""
    if "/" in period:
        return "_X"
    if _DAY.fullmatch(period):
        return "D"
    return Period.parse(period).frequency
