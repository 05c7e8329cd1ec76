"""From sums over the cube to the figures of DF_FLOW, DF_STOCK and DF_BORDER: which sum an indicator is, which periods
it has, how final it is.

A figure is provisional (P) while a crossing in it is open, or its period has begun but not ended within the data; it is
of low reliability (U) where the data begin after its period does; else it is final (A). A series has a figure for every
period that the data touch: nobody counted is a zero there, not a gap. A population is that of a period's first day as
it begins: the period is named for its reference date.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from services.accounting.rules.figures.dimensions import day_number, day_of
from services.accounting.rules.figures.movements import CellKind
from services.accounting.rules.residence.reckoning import Coverage
from shared.kernel.calendar import add_days
from shared.kernel.periods import Frequency, Period

MONTHS: Final[Mapping[str, int]] = {"M": 1, "Q": 3, "A": 12}
EPOCH: Final = 1970


class Formula(NamedTuple):
    """What of the cube an indicator adds, what it takes away, and the open crossings that may still change it.

    `settles`: days after a period's end, or a reference date, until nothing that is only waited for can change it;
    `since`: days from the register's first one until the method can tell anything.
    """

    plus: frozenset[CellKind]
    minus: frozenset[CellKind] = frozenset()
    open: frozenset[CellKind] = frozenset()
    settles: int = 0
    since: int = 0


class Estimated(Formula):
    """What is final, and once open crossings are estimated (rules.estimates) what is expected of them, too."""


class Crossings(Formula):
    """All crossings of the border of one kind. Their cells know no region."""


class Stock(Formula):
    """Persons on a reference date: what was added in all months before it, less what was taken away."""


class Indexed(NamedTuple):
    """What the residency index last gave for the whole country: persons on a day, or in a
    period where `flow`."""

    flow: bool = False


def kinds(formulas: Iterable[Formula]) -> list[CellKind]:
    """What the cube must be asked for to make some indicators."""
    return sorted({kind for each in formulas for kind in each.plus | each.minus | each.open})


def counting(formulas: Iterable[Formula]) -> list[CellKind]:
    """What makes their values; the other kinds only tell how final these are."""
    return sorted(
        {
            kind
            for formula in formulas
            for kind in formula.plus | formula.minus | (formula.open if isinstance(formula, Estimated) else frozenset())
        }
    )


def total(formulas: Mapping[str, Formula], indicator: str, counts: Mapping[CellKind, int]) -> int:
    """The sum that an indicator is."""
    formula, value = formulas[indicator], 0
    for kind in formula.plus:
        value += counts.get(kind, 0)
    for kind in formula.minus:
        value -= counts.get(kind, 0)
    return value


def valued(
    coverage: Coverage,
    formulas: Mapping[str, Formula],
    indicator: str,
    counts: Mapping[CellKind, int],
    period: Period,
) -> tuple[int, str]:
    """The value of an indicator in a period, and its status."""
    formula, value = formulas[indicator], total(formulas, indicator, counts)
    waiting = any(counts.get(kind, 0) for kind in formula.open)
    if isinstance(formula, Stock):
        return value, "P" if waiting or coverage.obs_end < day_number(period.start) + formula.settles else "A"
    unsettled = coverage.obs_end < day_number(period.end) + formula.settles
    return value, status(period, waiting or unsettled, coverage)


def told_of(coverage: Coverage, formulas: Iterable[Formula]) -> Coverage:
    """What the data tell by a method: not before it can tell anything."""
    return coverage._replace(register_start=coverage.register_start + max(each.since for each in formulas))


def reference_months(coverage: Coverage) -> tuple[int, int]:
    """The months since 1970-01 whose first days are reference dates, half-open: the data begin by then, and have the
    day before; none where nothing is declared."""
    if coverage.obs_end <= coverage.register_start:
        return 0, 0
    first, last = day_of(coverage.register_start - 1), day_of(coverage.obs_end)
    return _month(first) + 1, max(_month(first), _month(last)) + 1


def reference_periods(
    frequency: Frequency, coverage: Coverage, start: date | None = None, end: date | None = None
) -> Iterator[tuple[int, Period]]:
    """Every period that begins with a reference date, and lies wholly in `[start, end)`, with its number since 1970."""
    first, beyond = reference_months(coverage)
    length = MONTHS[frequency]
    for number in range(-(-first // length), -(-beyond // length)):
        period = period_of(frequency, number)
        if (start is None or period.start >= start) and (end is None or period.end <= end):
            yield number, period


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
