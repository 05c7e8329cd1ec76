"""Every regulation case, and the runner's own honesty."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce
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
        (0.3, Decimal("0.31")),
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
    assert agrees(0.3, Decimal("0.30"))


@dataclass(frozen=True)
class Arrival:
    on: date
    free_of_visa: bool


def stay_rule(arrivals: list[Arrival], norms: NormsInForce, day: date) -> Decision:
    stayed = max((day - arrival.on).days for arrival in arrivals if arrival.free_of_visa)
    limit = norms["visa_free_entry"]
    if stayed <= limit.whole():
        return Decision.by(norms, [Check.passed(limit, f"{stayed} days")])
    return Decision.by(norms, [Check.failed(limit, f"{stayed} days", "leave the country")])


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 1, 31), "granted"), (date(2026, 2, 1), "refused")])
def test_facts_take_the_shape_that_the_rule_asks_for(day: date, outcome: str) -> None:
    facts = {"arrivals": [{"on": "2026-01-01", "free_of_visa": True}]}
    expected = {"outcome": outcome, "day": day, "checks": [{"rule": "visa_free_entry", "version": "2023-01-27"}]}
    case = Case("portal", "stay", f"{__name__}:stay_rule", "A stay", day, "Decree 148", facts, expected)
    assert agrees(expected, answer(case))


def test_a_fact_that_is_missing_is_not_made_up() -> None:
    case = Case("portal", "stay", f"{__name__}:stay_rule", "A stay", date(2026, 1, 1), "Decree 148", {}, {})
    with pytest.raises(TypeError, match="arrivals"):
        answer(case)
