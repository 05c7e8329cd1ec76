"""The fee is said for every activity, category, term and year, and where it is a default it says so."""

from datetime import date
from typing import get_args

from hypothesis import example, given
from hypothesis import strategies as st

from services.permits.rules.fee import Fee, due
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked
from shared.events.permits import Category
from shared.kernel.calendar import add_days, add_months
from shared.kernel.codes import code_list

SECTIONS = sorted(code for code in code_list("activities") if len(code) == 1)
YEARS = range(2017, 2028)


def fee(day: date, activity: str, category: str, since: date, until: date) -> Fee:
    worker = WorkerAsked(category, "UZB", 300_000, since, until)
    said = due(PermitsAsked("employer", "75", activity, (worker,)), rulebook().on(day))
    assert said is not None
    return said


def test_every_activity_and_category_has_a_fee_in_every_year_and_a_default_says_what_is_missing() -> None:
    assert len(SECTIONS) == 21
    for year in YEARS:
        day, known = date(year, 6, 1), rulebook().on(date(year, 6, 1))["fee_group"].table()
        for activity in SECTIONS:
            for category in get_args(Category):
                said = fee(day, activity, category, day, add_days(add_months(day, 12), -1))
                assert said.tenge
                assert [activity in missing for missing in said.missing] == [True] * (activity not in known)
                assert ("default" in said.explanation) == bool(said.missing)
                assert any("fee_where_unread" in rule for rule in said.rules) == bool(said.missing)


@given(st.dates(date(1900, 1, 1), date(9990, 1, 1)), st.integers(-400, 2_000))
@example(date(2024, 2, 29), 364)
@example(date(2024, 2, 29), 365)
def test_a_term_beyond_a_year_pays_for_each_year_that_it_begins(since: date, days: int) -> None:
    until = add_days(since, days)
    begun = max(1, sum(add_months(since, 12 * years) <= until for years in range(7)))
    day = date(2026, 3, 2)
    said = fee(day, "J", "1", since, until)
    assert said.tenge == begun * (fee(day, "J", "1", since, since).tenge or 0)
    assert bool(said.missing) == (begun > 1)


def test_a_term_to_the_end_of_the_calendar_has_a_fee() -> None:
    assert fee(date(2026, 3, 2), "F", "4", date(2026, 3, 2), date.max).tenge
