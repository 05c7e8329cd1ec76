from datetime import UTC, date, datetime, timedelta

import pytest

from shared import clock


def test_the_present_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_the_day_is_kazakhstans() -> None:
    with clock.set_to(datetime(2026, 3, 1, 18, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.set_to(datetime(2026, 3, 1, 19, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)


def test_before_march_2024_almaty_was_six_hours_ahead() -> None:
    with clock.set_to(datetime(2024, 2, 28, 18, 0, tzinfo=UTC)):
        assert clock.today() == date(2024, 2, 29)


def test_the_clock_goes_on_after_a_test_held_it() -> None:
    held = datetime(2020, 1, 1, tzinfo=UTC)
    with clock.set_to(held):
        assert clock.now() == held
    assert clock.now() > held


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.set_to(datetime(2020, 1, 1)):  # noqa: DTZ001
        pass
