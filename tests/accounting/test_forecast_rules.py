"""Forecasts: what a model may say, how it is judged, and when it says nothing."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from services.accounting.cases.forecasts.published import KeyedForecast
from services.accounting.publish.forecasts.words import explained, wordings
from services.accounting.publish.languages import LANGUAGES
from services.accounting.rules.forecasts.breaks import TESTED, breaks
from services.accounting.rules.forecasts.forecast import SeriesForecast, forecast
from services.accounting.rules.forecasts.models import Model, ModelName, Outlook, seasonal_naive
from services.accounting.rules.forecasts.scores import origins, score
from services.accounting.rules.forecasts.series import Floats, MonthlySeries, month_number, newest_run, period_of

START: Final = month_number("2012-01")
NAIVE: Final[Mapping[ModelName, Model]] = {"SNAIVE": seasonal_naive}
COUNTS = st.integers(36, 60).flatmap(
    lambda months: arrays.arrays(np.float64, months, elements=st.integers(0, 10**6).map(float))
)


def seasonal(months: int, seed: int = 1, level: float = 300) -> Floats:
    """Counts with a season and chance."""
    chance = np.random.default_rng(seed)
    return chance.poisson(level * (1 + 0.2 * np.sin(2 * np.pi * np.arange(months) / 12))).astype(np.float64)


def made(values: Floats, models: Mapping[ModelName, Model] = NAIVE, *, signed: bool = False) -> SeriesForecast:
    return forecast(MonthlySeries(START, values), signed=signed, models=models)


@settings(max_examples=20)
@given(COUNTS, st.booleans())
def test_intervals_are_nested_around_the_value_and_no_count_is_below_nobody(values: Floats, signed: bool) -> None:
    found = made(values, signed=signed)
    assert found == made(values, signed=signed), "the same input has the same bits"
    for month in found.months:
        assert month.lower_95 <= month.lower_80 <= month.value <= month.upper_80 <= month.upper_95
        assert signed or month.lower_95 >= 0
    assert (found.model is None) == (found.stopped is not None) == (not found.months)
    if found.months:
        assert [month.period for month in found.months] == [
            period_of(START + len(values) + ahead) for ahead in range(12)
        ]


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(36, 60))
def test_a_constant_series_stays_as_it_is(value: int, months: int) -> None:
    found = made(np.full(months, float(value)))
    assert {month[1:] for month in found.months} == {(value,) * 5}
    assert found.scores["SNAIVE"].mase is None
    assert found.scores["SNAIVE"].covered == {80: 1.0, 95: 1.0}


def test_three_full_years_are_needed() -> None:
    assert (made(seasonal(35)).stopped, made(seasonal(36)).stopped) == ("SHORT", None)
    assert made(np.array([])).first is None


def test_the_series_begins_after_its_last_gap() -> None:
    values = {period_of(START + at): float(at) for at in range(60) if at != 20}
    run = newest_run(values)
    assert (period_of(run.first), run.values.tolist()) == ("2013-10", [float(at) for at in range(21, 60)])
    assert period_of(month_number("0001-12") + 1) == "0002-01"


def test_origins_know_nothing_of_what_comes_after_them() -> None:
    values, asked = seasonal(96), []

    def noted(before: Floats) -> Outlook:
        asked.append(len(before))
        assert before.tolist() == values[: len(before)].tolist()
        return seasonal_naive(before)

    found = score(values, noted)
    assert found is not None
    assert asked == origins(96) == list(range(60, 96, 3))
    assert (found.origins, found.months) == (12, 12 * 9 + 9 + 6 + 3)


def test_the_score_of_the_seasonal_naive_is_the_share_of_its_own_changes() -> None:
    values = np.tile(np.arange(12.0), 5) + np.repeat(np.arange(5.0), 12) * 7
    found = score(values, seasonal_naive)
    assert found is not None
    assert found.mase == pytest.approx(1), "each year is seven more than the one before"
    assert found.covered == {80: 1.0, 95: 1.0}


def test_the_better_model_is_taken_and_one_that_fails_is_not() -> None:
    values = seasonal(72)

    def mean(before: Floats) -> Outlook:
        naive = seasonal_naive(before)
        years = before[len(before) % 12 :].reshape(-1, 12)
        return Outlook(years.mean(axis=0), naive.error)

    assert made(values, {"SNAIVE": seasonal_naive, "ETS": mean}).model == "ETS"
    worse = made(values, {"SNAIVE": seasonal_naive, "ETS": lambda _: Outlook(np.zeros(12), np.ones(12))})
    assert (worse.model, set(worse.scores)) == ("SNAIVE", {"SNAIVE", "ETS"})
    failing = made(values, {"SNAIVE": seasonal_naive, "ETS": lambda _: None})
    assert (failing.model, set(failing.scores)) == ("SNAIVE", {"SNAIVE"})


def test_a_shift_of_the_level_stops_the_forecast_until_three_years_have_passed() -> None:
    """As borders closed in March 2020."""
    values, closed = seasonal(200), month_number("2020-03") - START
    values[closed:] = np.round(values[closed:] * 0.2)
    for known, stopped in ((closed, None), (closed + 6, "BREAK"), (closed + 30, "BREAK"), (closed + 80, None)):
        found = made(values[:known])
        assert found.stopped == stopped, known
        assert (found.broken is None) == (known == closed)
    after = made(values[: closed + 80])
    assert after.first is not None
    assert "2020-03" <= after.first < "2021-12", "what was before the break is not learned from"


def test_a_series_that_goes_on_is_hardly_ever_said_to_break() -> None:
    """In 100 series of eight years each without a break: a steady trend and season, and chance."""
    trend = np.linspace(1, 1.5, 96)
    said = sum(bool(breaks(np.round(seasonal(96, seed, 10 + 10 * seed) * trend))) for seed in range(100))
    assert said <= 5
    assert breaks(seasonal(TESTED - 1) * np.where(np.arange(TESTED - 1) < 30, 1, 9)) == [], "too short to say"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forecast_is_told_in_words(language: str) -> None:
    assert {*wordings()[language]} == {*wordings()["en"]}
    broken = seasonal(100)
    broken[80:] = 0
    for values, name in ((broken, "BREAK"), (seasonal(20), "SHORT"), (seasonal(40), "untested")):
        text = explained(KeyedForecast("IMM", "M1216R", "UZB", made(values)), language)  # type: ignore[arg-type]
        assert wordings()[language][name].partition("{")[0] in text
        assert "{" not in text
        assert "None" not in text
