"""Measures of revision from a triangle of vintages: a worked case, and a reading of the definitions beside them."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.releases.revisions import LAGS, ReleasedValue, RevisedSeries, revisions
from shared.kernel.calendar import add_months

SERIES = RevisedSeries("Q", "IMM", "M1216", "KZ", "DF_FLOW")
START = datetime(2025, 1, 31, 12, tzinfo=UTC)


def vintage(days: int, value: int) -> ReleasedValue:
    moment = START + timedelta(days=days)
    return ReleasedValue(moment, moment.date(), value)


def found(triangle: dict[str, list[ReleasedValue]], days: int) -> dict[tuple[str, str, str], Decimal | int]:
    """By measure, lag and period."""
    at = START + timedelta(days=days)
    read = revisions({(SERIES, period): each for period, each in triangle.items()}, at, at.date())
    assert all(figure.key[:5] == SERIES for figure in read)
    return {(figure.key[5], figure.key[6], figure.period): figure.value for figure in read}


def test_two_quarters_one_of_which_was_revised_up_and_down_again() -> None:
    triangle = {
        "2023-Q1": [vintage(0, 100), vintage(20, 110), vintage(80, 95)],
        "2023-Q2": [vintage(20, 50)],
    }
    span = "2023-01-01/P1Y"
    assert found(triangle, 0) == {
        ("RANGE", "LATEST", "2023-Q1"): 0,
        ("PRECOCITY", "LATEST", "2023-Q1"): Decimal("0.00"),
    }
    assert found(triangle, 80) == {
        ("REVISION", "M1", "2023-Q1"): 10,  # 28 February: the last day of a month that is too short
        ("REVISION", "LATEST", "2023-Q1"): -5,
        ("RANGE", "LATEST", "2023-Q1"): 15,
        ("PRECOCITY", "LATEST", "2023-Q1"): Decimal("5.26"),
        ("REVISION", "M1", "2023-Q2"): 0,
        ("REVISION", "LATEST", "2023-Q2"): 0,
        ("RANGE", "LATEST", "2023-Q2"): 0,
        ("PRECOCITY", "LATEST", "2023-Q2"): Decimal("0.00"),
        ("MEAN_REVISION", "M1", span): Decimal("5.00"),
        ("MEAN_ABS_REVISION", "M1", span): Decimal("5.00"),
        ("MEAN_REVISION", "LATEST", span): Decimal("-2.50"),
        ("MEAN_ABS_REVISION", "LATEST", span): Decimal("2.50"),
    }


def test_a_figure_that_became_nothing_has_no_relative_error() -> None:
    assert ("PRECOCITY", "LATEST", "2023") not in found({"2023": [vintage(0, 3), vintage(9, 0)]}, 9)


VINTAGES = st.lists(
    st.tuples(st.integers(0, 900), st.integers(-5, 5)), min_size=1, max_size=5, unique_by=lambda e: e[0]
)


@given(st.dictionaries(st.sampled_from(["2022-Q4", "2023-Q1", "2024-Q4"]), VINTAGES, min_size=1), st.integers(0, 1_000))
def test_means_are_of_all_periods_that_have_reached_the_lag(drawn: dict[str, list[tuple[int, int]]], days: int) -> None:
    triangle = {period: [vintage(*each) for each in sorted(given)] for period, given in drawn.items()}
    measures = found(triangle, days)
    today = (START + timedelta(days=days)).date()
    for lag, months in LAGS.items():
        reached = [
            _stood(vintages, add_months(vintages[0].day, months)) - vintages[0].value
            for vintages in triangle.values()
            if add_months(vintages[0].day, months) <= today
        ]
        told = {what: value for (what, each, _), value in measures.items() if each == lag and what.startswith("MEAN")}
        assert told == (
            {
                "MEAN_REVISION": _rounded(Fraction(sum(reached), len(reached))),
                "MEAN_ABS_REVISION": _rounded(Fraction(sum(map(abs, reached)), len(reached))),
            }
            if reached
            else {}
        )


def _stood(vintages: list[ReleasedValue], day: date) -> int:
    """The value of the last release up to a day."""
    return max((each for each in vintages if each.day <= day), key=lambda each: each.since).value


def _rounded(mean: Fraction) -> Decimal:
    return (Decimal(mean.numerator) / mean.denominator).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
