"""The standing of an entry as properties, and that the register's queries say the same as the rule."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.consular.rules.consular_registration import fresh_since, freshness
from services.consular.rules.rulebook import rulebook

DAYS = st.dates(date(2016, 8, 10), date(2030, 12, 31))


@given(DAYS, st.booleans(), st.integers(0, 3_000), st.none() | st.integers(-2_000, 2_000))
def test_once_stale_an_entry_stays_stale_until_renewed(day: date, permanent: bool, age: int, left: int | None) -> None:
    entry: dict[str, Any] = {
        "permanent": permanent,
        "confirmed_on": day - timedelta(days=age),
        "expected_until": None if left is None else day + timedelta(days=left),
        "ended": False,
    }
    norms, a_month_later = rulebook().on(day), rulebook().on(day + timedelta(days=30))
    now, checks = freshness(norms, **entry)
    later, _ = freshness(a_month_later, **entry)
    renewed, _ = freshness(norms, **entry | {"confirmed_on": day, "expected_until": None})

    assert len(checks) == 2
    assert (now, later) != ("stale", "current")
    assert renewed == "current"


@given(DAYS, st.booleans(), st.integers(0, 3_000))
def test_without_an_end_of_the_stay_the_last_sign_alone_decides(day: date, permanent: bool, age: int) -> None:
    confirmed_on = day - timedelta(days=age)
    norms = rulebook().on(day)
    fresh = fresh_since(norms)
    found, _ = freshness(norms, permanent=permanent, confirmed_on=confirmed_on, expected_until=None, ended=False)

    since = fresh.permanent_since if permanent else fresh.temporary_since
    assert (found == "current") == (confirmed_on >= since)
    assert fresh.permanent_since < fresh.temporary_since < day
