"""What is counted from the registers' own records: acts in a period, or who stands at its end.

The method is REGISTER; (de)registrations for permanent residence from or to another country are the flows that the
official statistics count (COUPON, 5.2), and stand beside those of the 12/16-month rule in one dataflow.

An act is counted once in the period of its day. At a period's end persons are counted, each once in every total,
however many records they have; the running period is counted as it stands today. In DF_STOCK persons are counted on a
period's first day, as all its populations are: the period is named for its reference date.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from services.accounting.rules.figures.flow_figures import EPOCH, MONTHS, period_of
from services.accounting.rules.figures.series import Counts
from shared.kernel.calendar import add_days
from shared.kernel.periods import Frequency, Period


class PeriodEnd(NamedTuple):
    """A period with its number since 1970, and the last day of it that has come."""

    frequency: Frequency
    number: int
    day: date


def periods_since(
    first: date | None, today: date, frequency: Frequency, start: date | None, end: date | None
) -> list[tuple[int, Period]]:
    """Every period from the one of the first record to the running one that lies wholly in `[start, end)`."""
    if first is None or first > today:
        return []
    numbers = range(_number(first, frequency), _number(today, frequency) + 1)
    periods = ((number, period_of(frequency, number)) for number in numbers)
    return [
        (number, period)
        for number, period in periods
        if (start is None or period.start >= start) and (end is None or period.end <= end)
    ]


def period_end(frequency: Frequency, number: int, period: Period, today: date) -> PeriodEnd:
    return PeriodEnd(frequency, number, min(add_days(period.end, -1), today))


def reference_date(frequency: Frequency, number: int, period: Period) -> PeriodEnd:
    """A period with its first day in place of its last."""
    return PeriodEnd(frequency, number, period.start)


def valued(
    today: date,
    parts: Mapping[str, Sequence[str]],
    on_first_day: frozenset[str],
    indicator: str,
    counts: Counts,
    period: Period,
) -> tuple[int, str]:
    """The value of an indicator in a period, and its status: provisional until the last day that it counts is over.
    `parts`: those of `total`."""
    running = period.start >= today if indicator in on_first_day else _ends(period) > today
    return total(parts, indicator, counts), "P" if running else "A"


def total(parts: Mapping[str, Sequence[str]], indicator: str, counts: Mapping[str, int]) -> int:
    """The sum that an indicator is: `parts` are those whose records make it, and all are taken away from the first."""
    plus, *minus = parts[indicator]
    value = counts.get(plus, 0)
    for each in minus:
        value -= counts.get(each, 0)
    return value


@lru_cache(4096)
def _ends(period: Period) -> date:
    """Asked again for each of thousands of series."""
    return period.end


def _number(day: date, frequency: Frequency) -> int:
    return ((day.year - EPOCH) * 12 + day.month - 1) // MONTHS[frequency]
