"""The mistakes that others make with the 12/16-month rule (5.1): each one, planted in the code, is found by the worked
set. Totals would look right; that is why the set is checked crossing by crossing.

The others are found elsewhere: order within a day lost, pairs of one day removed, redeliveries counted in
test_history.py; every citizen a resident in test_initial.py.
"""

import inspect
from types import ModuleType

import pytest

from services.accounting.rules.residence import residence
from services.accounting.rules.residence.outcome import verdict
from tests.accounting.histories import day, gather, history
from tests.accounting.oracle_residence import Result, days_in_country
from tests.accounting.test_residence_worked_set import CASES, initial_of, told

MISTAKES = {
    "status not carried from crossing to crossing": (
        "before = self._carried(initial)",
        "before = initial[self.person]",
    ),
    "open treated as unchanged": (
        "undecided = ~self.lasting & (self.opposite <= self.rule.tolerance)",
        "undecided = np.zeros_like(self.lasting)",
    ),
    "open not sticky": (
        "later = np.flatnonzero(np.arange(len(self.day)) > opener[self.person])",
        "later = np.zeros(0, np.int64)",
    ),
    "later crossings open without exception": (
        "(since < self.rule.separation)",
        "(since < 0)",
    ),
    "waiting for day 487": (
        "self.lasting = self.same >= rule.threshold",
        "self.lasting = (self.same >= rule.threshold) & (end - day == rule.window)",
    ),
    "more than 365 days asked for": (
        "self.same >= rule.threshold",
        "self.same > rule.threshold",
    ),
    "the day of departure counted as present": (
        "np.where(arrival[:-1], first_part, spell - first_part)",
        "np.where(arrival[:-1], first_part + (spell > 0), spell - first_part)",
    ),
    "the end of observation counted as observed": (
        "end = np.minimum(day + rule.window, obs_end)",
        "end = np.minimum(day + rule.window, obs_end + 1)",
    ),
    "a like pair's midpoint rounded up": (
        "spell // 2",
        "(spell + 1) // 2",
    ),
    "crossings after the end of observation left in": (
        "observed = day < obs_end",
        "observed = np.ones(len(day), np.bool_)",
    ),
}


def outcomes(rule: ModuleType) -> dict[str, tuple[str, ...]]:
    """The worked set as a module with the array rule tells it."""
    return {name: tuple(_told(rule, name)) for name in CASES}


def _told(rule: ModuleType, name: str) -> list[str]:
    crossings, obs_end = history(CASES[name].history), day(CASES[name].obs_end)
    arrays = gather([(crossings, initial_of(CASES[name], crossings))])
    states = rule.classify(*arrays, obs_end).states.tolist()
    days = days_in_country(crossings, obs_end)
    return [told(Result(*verdict(state)), one) for state, one in zip(states, days, strict=True) if state != 0]


def planted(wrong: tuple[str, str]) -> ModuleType:
    """The module of the rule with one mistake in it."""
    source = inspect.getsource(residence)
    assert source.count(wrong[0]) == 1
    module = ModuleType("residence_with_a_mistake")
    exec(source.replace(*wrong), module.__dict__)  # noqa: S102
    return module


def test_the_rule_itself_tells_the_worked_set() -> None:
    assert outcomes(residence) == {name: case.expected for name, case in CASES.items()}


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES.keys())
def test_the_worked_set_finds_each_mistake(wrong: tuple[str, str]) -> None:
    assert outcomes(planted(wrong)) != {name: case.expected for name, case in CASES.items()}
