"""Dates known in part, and statistical periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.periods import Frequency, PartialDate, Period

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
frequencies: st.SearchStrategy[Frequency] = st.sampled_from(["M", "Q", "A"])


def parts_of(day: date) -> st.SearchStrategy[PartialDate]:
    """Everything that a register may know of one day."""
    year, month = PartialDate(day.year), PartialDate(day.year, day.month)
    return st.sampled_from([year, month, PartialDate(day.year, day.month, day.day)])


partial_dates = days.flatmap(parts_of)


@pytest.mark.parametrize("text", ["1990", "1990-05", "1990-05-01", "2024-02-29", "0987"])
def test_a_partial_date_is_written_as_it_was_read(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "90", "1990-5", "1990-13", "1990-00", "2023-02-29", "19900501", "1990-05-01Z", "٢٠٢٤", "0000"]
)
def test_refuses_other_dates_without_repeating_them(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a date|not a day") as refused:
        PartialDate.parse(text)
    assert not text or text not in str(refused.value)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="without its month"):
        PartialDate(1990, None, 1)


@given(partial_dates, partial_dates)
def test_agreement_is_mutual(one: PartialDate, other: PartialDate) -> None:
    assert one.agrees_with(one)
    assert one.agrees_with(other) == other.agrees_with(one)


@given(st.data(), days)
def test_two_accounts_of_one_day_agree(data: st.DataObject, day: date) -> None:
    assert data.draw(parts_of(day)).agrees_with(data.draw(parts_of(day)))


@given(days, days)
def test_two_days_agree_only_if_they_are_one(one: date, other: date) -> None:
    full = [PartialDate(day.year, day.month, day.day) for day in (one, other)]
    assert full[0].agrees_with(full[1]) == (one == other)


@pytest.mark.parametrize(
    ("text", "start", "last_day"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-12", date(2023, 12, 1), date(2023, 12, 31)),
    ],
)
def test_known_periods(text: str, start: date, last_day: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end - timedelta(days=1), str(period)) == (start, last_day, text)


def test_longer_sdmx_forms_mean_the_same() -> None:
    assert Period.parse("2024-A1") == Period.parse("2024")
    assert Period.parse("2024-M05") == Period.parse("2024-05")


@pytest.mark.parametrize(
    "text", ["", "24", "2024-Q5", "2024-13", "2024-00", "2024-5", "2024-W01", "2024-05-01", "0000"]
)
def test_refuses_other_periods(text: str) -> None:
    with pytest.raises(ValueError, match="must be a year, quarter or month"):
        Period.parse(text)


@given(days, frequencies)
def test_every_day_lies_in_its_period_and_in_no_neighbour(day: date, frequency: Frequency) -> None:
    period = Period.containing(day, frequency)
    assert day in period
    assert day not in period.next()
    assert period.next().start == period.end
    assert Period.parse(str(period)) == period
