"""Of days, moments and flags only what is written as agreed is taken, the same in text and in its parsed form."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.events.wire import CountedDate, CountedTimestamp, Date, Flag, Timestamp

NUMBERS = [1772349300, 1772323200, 0, 1.5, "1772349300", "1772323200", "0", "1e3", True, [], {}]
LIKE_DAYS = [
    "20260301",
    "2026-3-1",
    "2026-02-30",
    "2026-03-01T00:00:00",
    "2026-03-01T00:00:00Z",
    " 2026-03-01",
    "26-03-01",
]
LIKE_MOMENTS = [
    "2026-03-01",
    "2026-03-01T10:15:00",
    "2026-03-01T10:15+05:00",
    "2026-03-01T10:15:00+0500",
    "2026-03-01T10:15:00,5+05:00",
    "2026-03-01 10:15:00+05:00",
    "2026-03-01T10:15:00+05:00\n",
    "2026-03-01T25:15:00+05:00",
    "2026-02-30T10:15:00+05:00",
    "٢٠٢٦-03-01T10:15:00+05:00",
]
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def both(kind: Any, value: Any) -> list[Any]:
    """What is made of it as text and in its parsed form; None where it is refused."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    found: list[Any] = []
    for read, raw in ((adapter.validate_json, orjson.dumps(value)), (adapter.validate_python, value)):
        try:
            found.append(read(raw))
        except ValidationError:
            found.append(None)
    return found


@pytest.mark.parametrize("value", [*NUMBERS, *LIKE_DAYS, *LIKE_MOMENTS], ids=repr)
def test_what_is_no_day_is_none(value: Any) -> None:
    assert both(Date, value) == ([date(2026, 3, 1)] * 2 if value == "2026-03-01" else [None, None])


@pytest.mark.parametrize("value", [*NUMBERS, *LIKE_DAYS, *LIKE_MOMENTS], ids=repr)
def test_what_is_no_moment_is_none(value: Any) -> None:
    taken = [datetime(2026, 3, 1, tzinfo=UTC)] * 2
    assert both(Timestamp, value) == (taken if value == "2026-03-01T00:00:00Z" else [None, None])


@pytest.mark.parametrize("value", [0, 1, "true", "false", "yes", "1", "on", 1.0])
def test_no_word_or_number_is_a_flag(value: Any) -> None:
    assert both(Flag, value) == [None, None]
    assert both(Flag, True) == [True, True]


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_is_taken_as_it_is_written_and_as_python_has_it(day: date) -> None:
    assert [*both(Date, day.isoformat()), TypeAdapter(Date).validate_python(day)] == [day] * 3


@given(st.builds(datetime.combine, st.dates(date(1901, 1, 1), date(2198, 12, 31)), st.times(), OFFSETS))
def test_a_moment_keeps_the_date_and_the_offset_that_were_written(moment: datetime) -> None:
    for found in [*both(Timestamp, moment.isoformat()), TypeAdapter(Timestamp).validate_python(moment)]:
        assert (found, found.date(), found.utcoffset()) == (moment, moment.date(), moment.utcoffset())


@given(st.dates(min_value=date(1960, 1, 1), max_value=date(2160, 1, 1)), OFFSETS)
def test_what_is_counted_lies_between_1970_and_2139_as_it_is_written(day: date, offset: timezone) -> None:
    moment = datetime(day.year, day.month, day.day, 0, 30, tzinfo=offset)
    counted = 1970 <= day.year <= 2139
    assert both(CountedDate, day.isoformat()) == ([day] * 2 if counted else [None, None])
    assert both(CountedTimestamp, moment.isoformat()) == ([moment] * 2 if counted else [None, None])
