"""The residency index (5.4b): as the plain rule has it, in any order, for any part of the persons; and its model."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounting.rules.estimates.sign_kinds import told_by
from services.accounting.rules.estimates.sign_model import FILE, model, written
from services.accounting.rules.estimates.signs import (
    KINDS,
    SIGN,
    FirstSide,
    Group,
    Index,
    Months,
    SignKind,
    Signs,
    Weights,
    moves,
    reckon,
)
from services.accounting.rules.estimates.support import Support, spoken, weigh
from services.accounting.rules.residence.outcome import Migration, compose
from tests.accounting import oracle_signs
from tests.accounting.oracle_signs import Sign

MONTHS = Months(600, 624)
ALMATY, ASTANA = 75, 71

# Binary fractions: their sums are exact, so the plain rule and the array rule meet the lines alike.
WEIGHTS = Weights(
    0.5, 0.5, 0.25, np.zeros((len(Group), KINDS)), np.array([[1, 0, 1], [0.5, 0, 1]]), np.zeros(KINDS), 0.5
)
for _kind in SignKind:
    WEIGHTS.weight[:, _kind] = (_kind % 5 - 2) / 4
    WEIGHTS.place[_kind] = _kind % 3 / 2

signs = st.lists(
    st.builds(Sign, st.integers(590, 630), st.sampled_from(list(SignKind)), st.sampled_from([0, 10, ALMATY, ASTANA])),
    max_size=12,
)
groups_and_sides = st.sampled_from(list(Group)), st.sampled_from(list(FirstSide))
persons = st.lists(st.tuples(signs, *groups_and_sides), min_size=1, max_size=4)


def rows(people: list[list[Sign]]) -> Signs:
    return np.array([(number, *sign) for number, own in enumerate(people) for sign in own], SIGN)


def said(people: list[tuple[list[Sign], Group, FirstSide]], weights: Weights = WEIGHTS) -> Index:
    group, side = (np.array([each[part] for each in people], np.int64) for part in (1, 2))
    return reckon(rows([own for own, _, _ in people]), group, side, MONTHS, weights)


@given(persons)
@settings(max_examples=40)
def test_the_array_rule_is_the_plain_one(people: list[tuple[list[Sign], Group, FirstSide]]) -> None:
    found = said(people)
    for number, each in enumerate(people):
        plain = oracle_signs.reckon(*each, MONTHS, WEIGHTS)
        np.testing.assert_allclose(found.value[number], [month.value for month in plain], atol=1e-6)
        assert found.resident[number].tolist() == [month.resident for month in plain]
        assert found.region[number].tolist() == [month.region for month in plain]


@given(persons, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_neither_order_nor_company_matters(people: list[tuple[list[Sign], Group, FirstSide]], random: object) -> None:
    shuffled = [(random.sample(own, len(own)), group, side) for own, group, side in people]  # type: ignore[attr-defined]
    weights = model().weights
    whole, again = said(people, weights), said(shuffled, weights)
    alone = [said([each], weights) for each in people]
    for name in Index._fields:
        np.testing.assert_array_equal(getattr(whole, name), getattr(again, name))
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(one, name) for one in alone]))


def test_a_resident_remains_one_between_the_two_lines() -> None:
    weights = WEIGHTS._replace(decay=1.0)
    left, came = Sign(601, SignKind.ENTRY_SETTLING, 0), Sign(601, SignKind.ENTRY_VISIT, 0)
    assert (weights.weight[0, left.kind], weights.weight[0, came.kind]) == (-0.25, 0.25)
    found = said(
        [
            ([left, left._replace(month=602), left._replace(month=603)], Group.CITIZEN, FirstSide.LEFT_FIRST),
            ([left, left._replace(month=602), left._replace(month=603), left], Group.CITIZEN, FirstSide.LEFT_FIRST),
            ([came], Group.FOREIGNER, FirstSide.CAME_FIRST),
        ],
        weights,
    )
    assert found.resident[:, 6].tolist() == [True, False, False]


def test_a_month_lies_where_the_weightiest_recent_sign_is() -> None:
    registered, notice = Sign(600, SignKind.REGISTERED, ALMATY), Sign(606, SignKind.EXIT_WORK, ASTANA)
    found = said([([registered, notice], Group.CITIZEN, FirstSide.NEVER_CROSSED)], WEIGHTS._replace(decay=1.0))
    assert (found.region[0, 5], found.region[0, 6]) == (ALMATY, ASTANA)
    assert np.flatnonzero(moves(found)[0]).tolist() == [6]


def test_the_model_is_whole_and_says_how_far_it_is_off() -> None:
    used = model()
    assert written(used) == FILE.read_text(encoding="utf-8")
    assert 0 < used.weights.leave <= used.weights.enter < 1
    assert 0 < used.weights.decay <= 1
    assert all(0 < error < 1 for error in used.errors)
    assert used.errors.square < 0.25
    agencies = (SignKind.HEALTH, SignKind.SCHOOL, SignKind.PENSION, SignKind.TELECOM)
    assert set(agencies) <= used.assumed
    assert (used.weights.weight[:, agencies] > 0).all()
    assert not set(used.trained.split()) & set(used.held_out.split())


def support(arrival: bool, group: Group, *signs: Sign, gap: bool | None = None) -> Support:
    """Of a migration in month 600; `gap`: whether the crossing after it shows that one is missing, None where it is
    the last one."""
    count = 1 if gap is None else 2
    yes, no = np.full(count, Migration.YES), np.arange(count)
    states = compose(no * 0, no * 0 + 1, yes, np.array([False, bool(gap)])[:count])
    month, side = np.full(count, 600), np.full(count, arrival)
    found = weigh(np.zeros(count, np.int64), month, side, states, rows([list(signs)]), np.array([group]))
    return Support(found[0])


def test_a_lost_exit_makes_no_visitor_an_immigrant() -> None:
    """5.1: allowed stay over and no registration or notice since, beside what supports the same verdict."""
    visit = Sign(600, SignKind.NOTICE, ALMATY)
    for gap in (None, True):
        assert support(True, Group.FOREIGNER, gap=gap) is Support.UNSUPPORTED
        assert support(True, Group.FOREIGNER, visit, gap=gap) is Support.UNSUPPORTED
        assert support(True, Group.FOREIGNER, visit._replace(month=605), gap=gap) is Support.SUPPORTED
        assert support(True, Group.FOREIGNER, visit._replace(kind=SignKind.WORK_PERMIT), gap=gap) is Support.SUPPORTED
        assert support(True, Group.FOREIGNER, visit._replace(month=620), gap=gap) is Support.UNSUPPORTED
        assert support(True, Group.CITIZEN, gap=gap) is Support.SUPPORTED
        assert support(True, Group.CITIZEN, Sign(604, SignKind.CONSULAR, 0), gap=gap) is Support.UNSUPPORTED
    assert support(True, Group.FOREIGNER, gap=False) is Support.NOT_WEIGHED


def test_a_lost_entry_makes_no_resident_an_emigrant() -> None:
    here, abroad = Sign(608, SignKind.HEALTH, ASTANA), Sign(601, SignKind.CONSULAR, 0)
    assert support(False, Group.CITIZEN) is Support.SUPPORTED
    assert support(False, Group.CITIZEN, here) is Support.UNSUPPORTED
    assert support(False, Group.CITIZEN, here, abroad) is Support.SUPPORTED
    assert support(False, Group.CITIZEN, here, gap=False) is Support.NOT_WEIGHED


@given(signs, st.booleans(), st.sampled_from(list(Group)))
@settings(max_examples=60)
def test_the_signs_that_are_named_are_those_that_decide(own: list[Sign], arrival: bool, group: Group) -> None:
    """What the timeline names beside a verdict tells by itself whether the verdict is supported."""
    said = {each.here for each in spoken(600, arrival, rows([own]))}
    unless = (True in said or (group == Group.CITIZEN and False not in said)) if arrival else said != {True}
    assert support(arrival, group, *own) == (Support.SUPPORTED if unless else Support.UNSUPPORTED)


def test_facts_tell_their_signs() -> None:
    notice = {"state": "checked_out", "region": "75", "stay_from": "2025-01-02", "checked_out_on": "2025-01-09"}
    assert list(told_by("host_notification.v1", notice)) == [
        (SignKind.NOTICE, "2025-01-02", "75"),
        (SignKind.CHECKED_OUT, "2025-01-09", None),
    ]
    assert list(told_by("host_notification.v1", notice | {"state": "cancelled"})) == []
    abroad = {"country": "DEU", "since": "2025-09-01", "region": None}
    assert list(told_by("study.v1", abroad)) == [(SignKind.STUDY_ABROAD, "2025-09-01", None)]
    sign = {"kind": "school", "seen_on": "2025-09-01", "precision": "month", "region": "71"}
    assert list(told_by("sign_of_life.v1", sign)) == [(SignKind.SCHOOL, "2025-09-01", "71")]
    assert list(told_by("visa.v1", {})) == []
