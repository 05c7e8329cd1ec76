"""Working days with their moved days off, and the counting of terms."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.calendar import (
    add_days,
    add_months,
    add_working_days,
    is_working_day,
    next_working_day,
    working_days_between,
)

days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2022-03-07", "Monday before Women's Day, moved from Saturday"),
        ("2022-05-10", "Defender's Day fell on a Saturday, and the Monday was Victory Day"),
        ("2022-08-29", "moved from Saturday 27 August"),
        ("2022-10-24", "moved from Saturday 22 October"),
        ("2023-06-28", "Kurban Ait"),
        ("2023-07-07", "moved from Saturday 1 July"),
        ("2024-01-02", "New Year"),
        ("2024-03-25", "Nauryz fell on a Saturday"),
        ("2024-05-08", "moved from Saturday 4 May"),
        ("2024-07-08", "Capital Day fell on a Saturday"),
        ("2025-01-03", "moved from Sunday 5 January"),
        ("2025-03-10", "Women's Day fell on a Saturday"),
        ("2025-10-27", "Republic Day fell on a Saturday"),
        ("2026-03-09", "Women's Day fell on a Sunday"),
        ("2026-03-24", "Nauryz fell on Saturday and Sunday"),
        ("2026-03-25", "Nauryz fell on Saturday and Sunday"),
        ("2026-05-11", "Victory Day fell on a Saturday"),
    ],
)
def test_known_days_off(day: str, why: str) -> None:
    assert date.fromisoformat(day).weekday() < 5
    assert not is_working_day(date.fromisoformat(day)), why


@pytest.mark.parametrize("day", ["2022-03-05", "2022-08-27", "2022-10-22", "2023-07-01", "2024-05-04", "2025-01-05"])
def test_a_weekend_day_whose_rest_was_moved_is_worked(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2022-12-01", "2022-12-19", "2024-01-08", "2026-01-05", "2025-12-17"])
def test_days_that_are_no_longer_or_never_were_off(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


def test_a_january_day_may_be_moved_from_the_december_before() -> None:
    assert is_working_day(date(2013, 12, 28))
    assert not is_working_day(date(2014, 1, 3))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2025-11-03", 3, "2025-11-06"),  # Monday: Tuesday, Wednesday, Thursday
        ("2025-11-07", 3, "2025-11-12"),  # Friday: over the weekend
        ("2025-10-24", 3, "2025-10-30"),  # Friday before Republic Day, whose Monday is off
        ("2024-05-03", 3, "2024-05-10"),  # Friday; Saturday 4 May is worked, 7, 8 and 9 May are off
        ("2024-12-30", 2, "2025-01-05"),  # New Year; 3 January off, Sunday 5 January worked
        ("2025-11-08", 1, "2025-11-10"),  # an act on a Saturday
        ("2025-11-08", 0, "2025-11-08"),
    ],
)
def test_known_terms(start: str, count: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(days, st.integers(1, 60))
def test_a_term_ends_on_a_working_day_and_has_its_length(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_days_between(start, end - timedelta(days=1)) == count - 1


@given(days, st.integers(0, 30), st.integers(0, 30))
def test_two_terms_on_end_are_one(start: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)


@given(days)
def test_the_next_working_day_has_no_working_day_before_it(day: date) -> None:
    found = next_working_day(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


def test_terms_have_a_direction() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2025, 1, 1), -1)
    with pytest.raises(ValueError, match="before it starts"):
        working_days_between(date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-10-15", 6, "2026-04-15"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-03-31", -1, "2025-02-28"),
    ],
)
def test_known_terms_in_months(start: str, count: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(days, st.integers(0, 40))
def test_a_month_later_lies_in_the_month_later(start: date, count: int) -> None:
    end = add_months(start, count)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day <= start.day
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@given(st.dates(), st.integers(-4_000_000, 4_000_000))
def test_days_added_stop_at_the_calendars_ends(start: date, count: int) -> None:
    end = add_days(start, count)
    assert end in (date.min, date.max) or end - start == timedelta(days=count)
    assert (end - start).days * count >= 0


@given(st.dates(), st.integers(0, 400_000))
def test_months_added_stop_at_the_calendars_end(start: date, count: int) -> None:
    assert start <= add_months(start, count) <= date.max
    assert date.min <= add_months(start, -count) <= start


@given(st.dates(date(9999, 11, 1), date.max), st.integers(0, 60))
def test_working_days_stop_at_the_calendars_end(start: date, count: int) -> None:
    assert start <= add_working_days(start, count) <= date.max
    assert start <= next_working_day(start) <= date.max
