"""One definition, two implementations: the array rule equals the plain one on every crossing of a million."""

import pytest

from services.accounting.rules.residence.outcome import Migration, follows_gap, migration, resolved_verdict, verdict
from services.accounting.rules.residence.residence import Rule
from tests.accounting.histories import Histories, day, generate
from tests.accounting.oracle_residence import Result, classify, resolve

FIRST, LAST = day("2019-01-01"), day("2025-12-31")
PERSONS = 66_000
CROSSINGS = 250_000
"""At least so many in each of the four: a million in all."""


@pytest.mark.parametrize(
    ("seed", "obs_end", "rule"),
    [
        (1, "2026-01-01", Rule(365, 487)),  # everything is seen, half of the last windows are cut
        (2, "2024-07-01", Rule(365, 487)),  # an older vintage: a fifth of the crossings lies beyond it
        (3, "2021-03-01", Rule(365, 487)),  # short: most people are still open
        (4, "2026-01-01", Rule(270, 365)),  # 9 of 12 months: the numbers belong to the method's version
    ],
)
def test_arrays_equal_the_plain_rule_on_every_crossing(seed: int, obs_end: str, rule: Rule) -> None:
    histories = generate(PERSONS, seed, FIRST, LAST)
    assert len(histories.day) > CROSSINGS

    states, plain = histories.classify(day(obs_end), rule).states, _plain(histories, day(obs_end), rule)

    assert [Result(*verdict(state)) for state in states[states != 0].tolist()] == plain
    resolved = [Result(*resolved_verdict(state)) for state in states[states != 0].tolist()]
    assert resolved == _plain(histories, day(obs_end), rule, resolving=True)
    assert resolved != plain
    assert {*migration(states[states != 0]).tolist()} == {*Migration}
    assert follows_gap(states).sum() > 500


def _plain(histories: Histories, obs_end: int, rule: Rule, *, resolving: bool = False) -> list[Result]:
    return [
        result
        for crossings, initial in histories.persons()
        for result in (
            resolve(crossings, obs_end, rule.threshold, rule.window)
            if resolving and initial is None
            else classify(crossings, initial, obs_end, rule.threshold, rule.window)
        )
    ]
