"""Every regulation case, and the runner's own honesty."""

from datetime import date

import pytest

from tests.regulation.cases import Case, agrees, answer, read_cases

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.service}/{case.procedure}: {case.title}")
def test_case(case: Case) -> None:
    found = answer(case)
    assert agrees(case.expected, found), f"{case.article}: expected {case.expected}, found {found}"


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (3, 4),
        (1, True),
        ({"outcome": "granted"}, {"outcome": "refused"}),
        ({"outcome": "granted"}, {}),
        ([{"rule": "quota"}], []),
        ([{"rule": "quota"}], [{"rule": "wage"}]),
        (date(2026, 1, 1), "not in force"),
    ],
)
def test_another_answer_does_not_agree(expected: object, found: object) -> None:
    assert not agrees(expected, found)


def test_of_a_table_only_what_the_case_shows_is_compared() -> None:
    assert agrees({"outcome": "refused"}, {"outcome": "refused", "day": "2026-01-01"})
