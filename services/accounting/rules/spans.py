"""Spans of time as they are written: a figure's period is a month, quarter or year, a day, or years from a day on (SDMX
time range); a register names the last day of what it states.
"""

import re
from datetime import date

from shared.kernel.calendar import add_days, add_months
from shared.kernel.periods import Period

_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/P([1-9][0-9]?)Y")


def span(period: str) -> tuple[date, date]:
    """`[start, end)` of `2024`, `2024-Q1`, `2024-05`, `2021-11-01` or `2014-01-01/P3Y`. Raises ValueError."""
    if years := _RANGE.fullmatch(period):
        start = date.fromisoformat(years[1])
        return start, add_months(start, 12 * int(years[2]))
    if len(period) == len("2021-11-01") and "W" not in period:
        day = date.fromisoformat(period)
        return day, add_days(day, 1)
    named = Period.parse(period)
    return named.start, named.end


def day_after(last: date | None) -> date | None:
    """The first day after the last one. The calendar's last day, by which some say "without end", has none."""
    return add_days(last, 1) if last and last < date.max else None


def frequency(period: str) -> str:
    """The code of CL_FREQ that a period asks for: A, Q, M, D for a day, `_X` for a span of years."""
    if "/" in period:
        return "_X"
    if len(period) == len("2021-11-01"):
        return "D"
    return Period.parse(period).frequency
