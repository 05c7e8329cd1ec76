"""Every published measure that the truth knows, period by period, beside the truth and today's count."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from deploy.simulation.life import Stay
from tests.accuracy.abroad import abroad
from tests.accuracy.compared import Compared, of_observation
from tests.accuracy.counted import Accounting
from tests.accuracy.dimensions import estimated
from tests.accuracy.said import Observation
from tests.accuracy.signs import met, residents
from tests.accuracy.truth import HOME, TrueLife, Truth


def measured(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Flows of each year and month, of groups where they are estimated, and what stands at the end of each year, in a
    fixed order."""
    yield from _flows(truth, accounting)
    yield from _final_years(truth, accounting)
    yield from estimated(truth, accounting)
    yield from _back_test(accounting)
    for measure in _STANDING:
        yield from _stocks(truth, accounting, measure)
    yield from _moves_inside(truth, accounting)
    yield from _residents(truth, accounting)
    yield from abroad(truth, accounting)


def _flows(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Long-term migrants by M1216 and M1216R; today the coupons of (de)registration are counted."""
    for indicator, arrival in (("IMM", True), ("EMI", False)):
        true = truth.migrations(arrival)
        for method in ("M1216", "M1216R"):
            for frequency, periods in (("A", [str(year) for year in truth.years()]), ("M", truth.months())):
                said, today = (
                    accounting.series("DF_FLOW", f"{frequency}.{indicator}.{counted}.KZ._T._T._T._T._T")
                    for counted in (method, "COUPON")
                )
                name = f"{indicator} {method} {'a year' if frequency == 'A' else 'a month'}"
                for period in periods:
                    yield _compared(name, period, true[period], said, today)


def _final_years(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Final years with the interval that what the registers miss makes, which stands apart from STD_ERROR; upwards it
    reaches as far as crossings go of which nothing can be known."""
    doubts = accounting.doubts()
    for indicator, arrival in (("IMM", True), ("EMI", False)):
        true, said = truth.migrations(arrival), accounting.series("DF_FLOW", f"A.{indicator}.M1216R.KZ._T._T._T._T._T")
        for year in map(str, truth.years()):
            if (indicator, year) in doubts and year in said and said[year].status == "A":
                error, more = doubts[indicator, year]
                plain = said[year]._replace(error=error)
                compared = of_observation(f"{indicator} M1216R, a final year", year, true[year], plain, None)
                yield compared._replace(high=(compared.high or 0) + more)


def _back_test(accounting: Accounting) -> Iterator[Compared]:
    """Provisional figures of the past against what became final, and beside them what was final then: here the final
    figure takes the place of the truth, which holds nothing of what the registers miss or count twice."""
    spans = {"A": "12 months", "Q": "a quarter", "M": "a month"}
    past = accounting.back_test()
    for indicator in ("IMM", "EMI"):
        for span, named in spans.items():
            for each in past:
                if (each["indicator"], each["span"]) == (indicator, span):
                    said = {"": Observation(each["estimate"], "E", each["std_error"])}
                    today = {"": Observation(each["naive"], "A", None)}
                    compared = _compared(f"{indicator} once final, {named}", "", each["final"], said, today)
                    yield compared._replace(period=each["covered_through"])


class _Standing(NamedTuple):
    """What stands at a year's end: which series says it, whose and which true stays are meant, and the series of the
    one register that is counted today."""

    name: str
    flow: str
    key: str
    citizens: bool
    at_home: bool
    purpose: str
    today: str

    def holds(self, life: TrueLife, stay: Stay, day: date) -> bool:
        here = (stay.country == HOME) == self.at_home
        return here and stay.purpose == self.purpose and life.citizen_on(day) == self.citizens


_STANDING = (
    _Standing("foreign workers here", "DF_LABOUR", "A.WORKERS.REGISTER._T._T._T.KZ._T._T", False, True, "work",
              "A.PERMITS_ISSUED.REGISTER._T._T._T.KZ._T._T"),
    _Standing("citizens working abroad", "DF_ABROAD", "A.WORKING.REGISTER.KZ._T._T._T._T", True, False, "work",
              "A.WORKING.REGISTER.KZ._T._T._T._T"),
    _Standing("foreign students here", "DF_STUDY", "A.STUDENTS_HERE.REGISTER.KZ._T._T", False, True, "study",
              "A.STUDENTS_HERE.REGISTER.KZ._T._T"),
    _Standing("citizens studying abroad", "DF_STUDY", "A.STUDYING.REGISTER.KZ._T._T", True, False, "study",
              "A.STUDYING.REGISTER.KZ._T._T"),
)  # fmt: skip
"""Where both series are one, nothing beyond the register is published so far."""


def _stocks(truth: Truth, accounting: Accounting, measure: _Standing) -> Iterator[Compared]:
    said, today = (accounting.series(measure.flow, key) for key in (measure.key, measure.today))
    for year in truth.years():
        day = date(year, 12, 31)
        true = sum(measure.holds(life, stay, day) for life, stay in truth.present(day))
        yield _compared(measure.name, str(year), true, said, today)


def _moves_inside(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Moves between regions: those who register are counted, and nothing else is published so far."""
    true = truth.moves_inside()
    registered = accounting.series("DF_INTERNAL", "A.INTERNAL_BETWEEN.REGISTER.KZ.KZ")
    for year in map(str, truth.years()):
        yield _compared("moves between regions", year, true[year], registered, registered)


def _residents(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Who lives here on 1 January, by the residency index, beside what the border alone makes of it (M1216R). What it
    says, and how sure, is of those whom a register has met; of everybody it can only be compared. By region the index
    does not beat the registers, and nothing is published (decision 0072)."""
    said, border = (accounting.series("DF_STOCK", f"A.RESIDENTS.{by}.KZ._T._T._T") for by in ("RINDEX", "M1216R"))
    everybody = residents(truth)
    for year, true in residents(met(truth)).items():
        yield _compared("residents of whom there are records, RINDEX", str(year), true, said, border)
        beside = _compared("all residents, RINDEX (beside M1216R)", str(year), everybody[year], said, border)
        yield beside._replace(low=None, high=None)


def _compared(
    measure: str, period: str, true: int, series: Mapping[str, Observation], today: Mapping[str, Observation]
) -> Compared:
    counted = today.get(period)
    return of_observation(measure, period, true, series.get(period), None if counted is None else counted.value)
