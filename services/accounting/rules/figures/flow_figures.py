"""From sums over the cube to the figures of DF_FLOW and DF_BORDER: which sum an indicator is, which periods it has, how
final it is.

A figure is provisional (P) while a crossing in it is open, or its period has begun but not ended within the data; it is
of low reliability (U) where the data begin after its period does; else it is final (A). A series has a figure for every
period that the data touch: nobody counted is a zero there, not a gap.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from services.accounting.rules.figures.dimensions import day_of
from services.accounting.rules.figures.movements import CellKind
from services.accounting.rules.residence.reckoning import Coverage
from shared.kernel.calendar import add_days
from shared.kernel.periods import Frequency, Period

MONTHS: Final[Mapping[str, int]] = {"M": 1, "Q": 3, "A": 12}
EPOCH: Final = 1970


class Formula(NamedTuple):
    """What of the cube an indicator adds, what it takes away, and the open crossings that may still change it."""

    plus: frozenset[CellKind]
    minus: frozenset[CellKind] = frozenset()
    open: frozenset[CellKind] = frozenset()


class Crossings(Formula):
    """All crossings of the border of one kind. Their cells know no region."""


def kinds(formulas: Iterable[Formula]) -> list[CellKind]:
    """What the cube must be asked for to make some indicators."""
    return sorted({kind for formula in formulas for part in formula for kind in part})


def counting(formulas: Iterable[Formula]) -> list[CellKind]:
    """What makes their values; the other kinds only tell how final these are."""
    return sorted({kind for formula in formulas for kind in formula.plus | formula.minus})


def valued(
    coverage: Coverage,
    formulas: Mapping[str, Formula],
    indicator: str,
    counts: Mapping[CellKind, int],
    period: Period,
) -> tuple[int, str]:
    """The value of an indicator in a period, and its status."""
    formula = formulas[indicator]
    value = sum(counts.get(kind, 0) for kind in formula.plus) - sum(counts.get(kind, 0) for kind in formula.minus)
    return value, status(period, any(counts.get(kind, 0) for kind in formula.open), coverage)


def covered_periods(
    frequency: Frequency, coverage: Coverage, start: date | None = None, end: date | None = None
) -> Iterator[tuple[int, Period]]:
    """Every period that the data touch and that lies wholly in `[start, end)`, each with its number since 1970."""
    first, beyond = month_span(coverage)
    length = MONTHS[frequency]
    for number in range(first // length, -(-beyond // length)):
        period = period_of(frequency, number)
        if (start is None or period.start >= start) and (end is None or period.end <= end):
            yield number, period


def month_span(coverage: Coverage) -> tuple[int, int]:
    """The months that the data touch, since 1970-01, half-open; none where nothing is declared."""
    if coverage.obs_end <= coverage.register_start:
        return 0, 0
    first, last = day_of(coverage.register_start), day_of(coverage.obs_end - 1)
    return _month(first), _month(last) + 1


def months_within(coverage: Coverage, start: date | None, end: date | None) -> tuple[int, int]:
    """The months of `month_span` that have a day in `[start, end)`, half-open."""
    first, beyond = month_span(coverage)
    first = max(first, _month(start)) if start else first
    return first, max(first, min(beyond, _month(add_days(end, -1)) + 1) if end else beyond)


def months_of(period: Period) -> range:
    """The months of a period, since 1970-01."""
    return range(_month(period.start), _month(add_days(period.end, -1)) + 1)


def period_of(frequency: Frequency, number: int) -> Period:
    """The period with a number of months, quarters or years since 1970."""
    in_year = 12 // MONTHS[frequency]
    return Period(frequency, EPOCH + number // in_year, number % in_year + 1)


def status(period: Period, open: bool, coverage: Coverage) -> str:
    """The code of CL_OBS_STATUS."""
    if open or day_of(coverage.obs_end) < period.end:
        return "P"
    return "U" if period.start < day_of(coverage.register_start) else "A"


def _month(day: date) -> int:
    return (day.year - EPOCH) * 12 + day.month - 1
