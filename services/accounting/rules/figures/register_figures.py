"""What is counted from the registers' own records: acts in a period, or who stands at its end.

The method is REGISTER; (de)registrations for permanent residence from or to another country are the flows that the
official statistics count (COUPON, 5.2), and stand beside those of the 12/16-month rule in one dataflow.

An act is counted once in the period of its day. At a period's end persons are counted, each once in every total,
however many records they have; the running period is counted as it stands today.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from services.accounting.rules.figures.flow_figures import EPOCH, MONTHS, period_of
from services.accounting.rules.figures.series import Counts
from shared.kernel.periods import Frequency, Period

REGISTER: Final = "REGISTER"
METHODS: Final[Mapping[str, str]] = {"DF_FLOW": "COUPON"}
"""By flow, where the method is not REGISTER."""

ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "DF_FLOW": ("IMM", "EMI", "NET"),
    "DF_LABOUR": ("PERMITS_ISSUED",),
    "DF_KANDAS": ("KANDAS_APPLIED", "KANDAS_GRANTED", "KANDAS_REFUSED", "KANDAS_ENDED"),
    "DF_INTERNAL": ("INTERNAL", "INTERNAL_BETWEEN", "INTERNAL_WITHIN"),
    "DF_STAY": ("VIOLATIONS", "OVERSTAYS", "EXPELLED"),
}
STANDING: Final[Mapping[str, tuple[str, ...]]] = {
    "DF_LABOUR": ("WORKERS",),
    "DF_ABROAD": ("REGISTERED",),
    "DF_PROTECTION": ("REFUGEES", "STATELESS", "ASYLUM_SEEKERS"),
}
"""Indicators by flow; store.register_counts says which records each of them counts."""

DIFFERENCES: Final[Mapping[str, tuple[str, str]]] = {"NET": ("IMM", "EMI")}
"""Indicators that count no records of their own: what one counts less what the other does."""


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
    return PeriodEnd(frequency, number, min(period.end - timedelta(days=1), today))


def counted(indicators: Iterable[str]) -> list[str]:
    """The indicators whose records must be counted to make some, each once."""
    return list(dict.fromkeys(each for name in indicators for each in DIFFERENCES.get(name, (name,))))


def valued(today: date, indicator: str, counts: Counts, period: Period) -> tuple[int, str]:
    """The value of an indicator in a period, and its status: provisional while the period runs."""
    plus, *minus = (counts.get(each, 0) for each in counted([indicator]))
    return plus - sum(minus), "P" if period.end > today else "A"


def _number(day: date, frequency: Frequency) -> int:
    return ((day.year - EPOCH) * 12 + day.month - 1) // MONTHS[frequency]
