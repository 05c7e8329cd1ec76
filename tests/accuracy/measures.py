"""Every published measure that the truth knows, period by period, beside the truth and today's count."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from deploy.simulation.life import Stay
from deploy.simulation.truth import TrueRecord
from tests.accuracy import naive
from tests.accuracy.compared import Compared
from tests.accuracy.counted import Accounting
from tests.accuracy.said import Observation
from tests.accuracy.truth import HOME, TrueLife, Truth

_95 = 1.96  # of a normal distribution


def measured(truth: Truth, records: Sequence[TrueRecord], accounting: Accounting) -> Iterator[Compared]:
    """Flows of each year and month, and what stands at the end of each year, in a fixed order."""
    yield from _flows(truth, records, accounting)
    for measure in _STANDING:
        yield from _stocks(truth, records, accounting, measure)
    yield from _moves_inside(truth, records, accounting)


def _flows(truth: Truth, records: Sequence[TrueRecord], accounting: Accounting) -> Iterator[Compared]:
    """Long-term migrants by M1216 and M1216R; today the coupons of (de)registration are counted."""
    for indicator, arrival, act in (("IMM", True, "registration"), ("EMI", False, "deregistration")):
        true, coupons = truth.migrations(arrival), naive.registered_moves(records, act)
        for method in ("M1216", "M1216R"):
            for frequency, periods in (("A", [str(year) for year in truth.years()]), ("M", truth.months())):
                series = accounting.series("DF_FLOW", f"{frequency}.{indicator}.{method}.KZ._T._T._T._T._T")
                name = f"{indicator} {method} {'a year' if frequency == 'A' else 'a month'}"
                for period in periods:
                    yield _compared(name, period, true[period], series, coupons[period])


class _Standing(NamedTuple):
    """What stands at a year's end: which series says it, whose and which true stays are meant, and which register's
    records of which purpose are counted today."""

    name: str
    flow: str
    key: str
    citizens: bool
    at_home: bool
    purpose: str
    register: str
    counted: str = ""

    def holds(self, life: TrueLife, stay: Stay, day: date) -> bool:
        here = (stay.country == HOME) == self.at_home
        return here and stay.purpose == self.purpose and life.citizen_on(day) == self.citizens


_STANDING = (
    _Standing("foreign workers here", "DF_LABOUR", "A.WORKERS.REGISTER._T._T._T.KZ._T._T", False, True, "work",
              "work-permits"),
    _Standing("citizens working abroad", "DF_ABROAD", "A.WORKING.REGISTER.KZ._T._T._T._T", True, False, "work",
              "consular-registrations", "work"),
    _Standing("foreign students here", "DF_STUDY", "A.STUDENTS_HERE.REGISTER.KZ._T._T", False, True, "study",
              "residence-permits"),
    _Standing("citizens studying abroad", "DF_STUDY", "A.STUDYING.REGISTER.KZ._T._T", True, False, "study",
              "consular-registrations", "study"),
)  # fmt: skip


def _stocks(
    truth: Truth, records: Sequence[TrueRecord], accounting: Accounting, measure: _Standing
) -> Iterator[Compared]:
    """At the end of each year; the register of today is counted as it stands, without who has gone unnoticed."""
    series = accounting.series(measure.flow, measure.key)
    for year in truth.years():
        day = date(year, 12, 31)
        true = sum(measure.holds(life, stay, day) for life, stay in truth.present(day))
        today = naive.in_register(records, measure.register, day, measure.counted)
        yield _compared(measure.name, str(year), true, series, today)


def _moves_inside(truth: Truth, records: Sequence[TrueRecord], accounting: Accounting) -> Iterator[Compared]:
    """Moves between regions; today those who register are counted, and nothing else is published so far."""
    true, registered = truth.moves_inside(), naive.registered_moves_inside(records)
    series = accounting.series("DF_INTERNAL", "A.INTERNAL_BETWEEN.REGISTER.KZ.KZ")
    for year in map(str, truth.years()):
        yield _compared("moves between regions", year, true[year], series, registered[year])


def _compared(
    measure: str, period: str, true: int, series: Mapping[str, Observation], counted_today: float | None
) -> Compared:
    said = series.get(period)
    if said is None:
        return Compared(measure, period, true, None, "", counted_today)
    margin = None if said.error is None else _95 * said.error
    low, high = (None, None) if margin is None else (said.value - margin, said.value + margin)
    return Compared(measure, period, true, said.value, said.status, counted_today, low, high)
