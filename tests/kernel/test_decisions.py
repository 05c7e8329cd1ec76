"""A decision shows every check with its rule, and cannot hide one that failed."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.decisions import Check, CheckOutcome, Decision, DecisionOutcome
from shared.kernel.norms import Rulebook

NORMS = Rulebook.parse(
    """
    [quota]
    says = "Places left"
    unit = "places"
    [[quota.values]]
    from = 2025-01-01
    value = 10
    act = "Order"
    article = "point 2"
    read_in_original = false
    """
).on(date(2026, 3, 2))

PASSED = Check.passed(NORMS["quota"], "3 of 10 places are left")
FAILED = Check.failed(NORMS["quota"], "no place is left", "apply again when a place is given back")
SPARED = Check.not_applicable(NORMS["quota"], "the transfer lies outside the quota")


def test_a_check_names_the_rule_that_it_applied() -> None:
    assert (FAILED.rule, FAILED.version, FAILED.basis) == ("quota", "2025-01-01", "Order, point 2")
    assert FAILED.outcome is CheckOutcome.FAILED
    assert PASSED.remedy is None


@given(st.lists(st.sampled_from([PASSED, FAILED, SPARED]), min_size=1))
def test_one_failed_check_refuses_and_every_check_is_listed(checks: list[Check]) -> None:
    decision = Decision.by(NORMS, checks)
    assert (decision.outcome is DecisionOutcome.REFUSED) == (FAILED in checks)
    assert decision.checks == tuple(checks)
    assert decision.failed == tuple(check for check in checks if check is FAILED)


def test_without_a_check_nothing_is_decided() -> None:
    with pytest.raises(ValueError, match="at least one check"):
        Decision.by(NORMS, [])


def test_a_decision_is_plain_json() -> None:
    written = json.loads(json.dumps(Decision.by(NORMS, [PASSED, FAILED]).as_json()))
    assert written == {
        "outcome": "refused",
        "day": "2026-03-02",
        "rulebook": NORMS.version,
        "checks": [
            {
                "rule": "quota",
                "version": "2025-01-01",
                "basis": "Order, point 2",
                "outcome": "passed",
                "explanation": "3 of 10 places are left",
                "remedy": None,
            },
            {
                "rule": "quota",
                "version": "2025-01-01",
                "basis": "Order, point 2",
                "outcome": "failed",
                "explanation": "no place is left",
                "remedy": "apply again when a place is given back",
            },
        ],
    }
