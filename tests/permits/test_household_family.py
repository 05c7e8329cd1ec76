"""A labour immigrant's family: who stands there twice, and on which days the worker's right covers whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.permits.cases.household_family import FamilyChange, FamilyMember, dependants
from shared.testing.people import person

FIRST = date(2026, 3, 2)
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(number))


def member(number: int, iin: str | None = None, **changes: Any) -> dict[str, Any]:
    """Of the household's worker's family, each with a passport of its own; 0 is the worker."""
    document = {"type": "P", "number": f"KA{number:07d}", "issuing_state": "UZB", "expires": "2030-01-31"}
    who = person(citizenship="UZB", document=document)
    return {"person": who | ({"iin": iin} if iin else {}), "relation": "spouse", "stays_from": "2026-01-10"} | changes


@given(days, st.none() | days, days, st.none() | days)
def test_a_member_is_covered_on_the_days_of_both(
    since: date, until: date | None, stays_from: date, stays_until: date | None
) -> None:
    if stays_until is not None and stays_until < stays_from:
        stays_from, stays_until = stays_until, stays_from
    body = member(1, stays_from=stays_from.isoformat(), stays_until=stays_until and stays_until.isoformat())
    found = dependants((FamilyMember.model_validate(body),), since, until)
    covered = {
        day
        for day in (FIRST + timedelta(number) for number in range(50))
        if max(since, stays_from) <= day and all(last is None or day <= last for last in (until, stays_until))
    }
    told = {
        day
        for each in found
        for day in (FIRST + timedelta(number) for number in range(50))
        if each.since <= day and (each.until is None or day <= each.until)
    }
    assert told == covered


@pytest.mark.parametrize(
    ("family", "pointers"),
    [
        ([member(1), member(2)], []),
        ([member(1), member(2), member(1)], [("family", 2, "person")]),
        ([member(1, iin="900501300120"), member(2, iin="900501300120")], [("family", 1, "person")]),
        ([member(1, stays_until="2025-01-01")], [("family", 0, "stays_until")]),
        ([member(number) for number in range(1, 10)] * 3, [("family",)]),
    ],
)
def test_everybody_stands_there_once(family: list[dict[str, Any]], pointers: list[Any]) -> None:
    try:
        FamilyChange.model_validate({"family": family, "reason": "x"})
        found = []
    except ValidationError as error:
        found = [fault["loc"] for fault in error.errors()]
    assert found == pointers
