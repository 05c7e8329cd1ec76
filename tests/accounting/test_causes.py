"""Which cause a difference of the cube has: worked cases, and that causes add up whatever happens."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounting.rules.figures.movements import CellKind, Tally, difference, pack_kind, unpack
from services.accounting.rules.persons.people import People
from services.accounting.rules.releases.causes import Cause, Causes, by_kind, moved, national, of_facts, of_months
from services.accounting.rules.releases.versions import METHOD_VERSIONS
from services.accounting.rules.residence.history import CROSSING, EVIDENCE
from services.accounting.rules.residence.outcome import Migration, compose
from services.accounting.rules.residence.residence import M1216

MIGRATES, STAYS = (
    int(compose(np.array([0]), np.array([1]), np.array([kind]), np.array([False]))[0])
    for kind in (Migration.YES, Migration.NO)
)
Lives = Mapping[int, tuple[Sequence[int], Mapping[int, int]]]
"""Person -> the keys they hold, and the state of each of their crossings by its fact."""


def people(lives: Lives) -> People:
    """A person's id is the smallest of the keys; all crossings are arrivals on days of their facts."""
    ids = sorted(lives)
    crossings = np.zeros(sum(len(lives[each][1]) for each in ids), CROSSING)
    own = [(fact, state) for each in ids for fact, state in lives[each][1].items()]
    for at, (fact, state) in enumerate(own):
        crossings[at]["fact"], crossings[at]["state"] = fact, state
        crossings[at]["day"], crossings[at]["arrival"] = 19_000 + fact, 1
    keys = [key for each in ids for key in sorted(lives[each][0])]
    lengths = [[len(lives[each][part]) for each in ids] for part in (0, 1)]
    return People(
        np.array(ids, np.int64), np.array(keys, np.int64), np.array(lengths[0], np.int64), crossings,
        np.array(lengths[1], np.int64), np.zeros(0, EVIDENCE), np.zeros(len(ids), np.int64),
        np.zeros(0, np.int64), np.zeros(len(ids), np.int64),
    )  # fmt: skip


def causes(before: Lives, after: Lives, facts: Mapping[int, Cause]) -> dict[Cause, dict[CellKind, int]]:
    """What each cause moves, by kind of cell."""
    found = parted(before, after, facts)
    return {
        cause: dict(zip(map(CellKind, unpack(each.cells)["indicator"].tolist()), each.counts.tolist(), strict=True))
        for cause, each in found.items()
    }


def parted(before: Lives, after: Lives, facts: Mapping[int, Cause]) -> Causes:
    """What each cause moves."""
    once, now = people(before), people(after)
    causes = np.array(list(facts), np.int64), np.array(list(facts.values()), np.int8)
    return moved(once, now, *causes, difference(once.tally(), now.tally()))


def test_a_timely_record_is_noted_nowhere() -> None:
    assert causes({1: ([1], {10: STAYS})}, {1: ([1], {10: MIGRATES, 11: STAYS})}, {11: Cause.TIMELY}) == {}
    assert causes({}, {1: ([1], {10: MIGRATES})}, {10: Cause.TIMELY}) == {}
    assert causes({}, {1: ([1], {10: MIGRATES})}, {10: Cause.TIMELY, 9: Cause.CORRECTION}) == {}, "that of nobody"


@pytest.mark.parametrize("cause", [Cause.LATE_RECORD, Cause.CORRECTION, Cause.WITHDRAWAL, Cause.WORD])
def test_what_a_record_does_to_its_person_has_its_cause(cause: Cause) -> None:
    before: Lives = {1: ([1], {10: STAYS}), 2: ([2], {20: STAYS})}
    after: Lives = {1: ([1], {10: MIGRATES, 11: STAYS}), 2: ([2], {20: MIGRATES, 21: STAYS})}
    found = causes(before, after, {11: cause, 21: Cause.TIMELY})
    assert found == {cause: {CellKind.IMM_FINAL: 1, CellKind.ARRIVALS: 1}}


def test_a_record_that_goes_over_to_another_person_concerns_both() -> None:
    before: Lives = {1: ([1], {10: MIGRATES, 11: STAYS}), 2: ([2], {20: STAYS})}
    after: Lives = {1: ([1], {10: STAYS}), 2: ([2], {20: STAYS, 11: MIGRATES})}
    assert causes(before, after, {11: Cause.CORRECTION}) == {Cause.CORRECTION: {}}
    assert causes(before, {1: before[1]}, {20: Cause.WITHDRAWAL}) == {Cause.WITHDRAWAL: {CellKind.ARRIVALS: -1}}


def test_who_becomes_one_or_falls_apart_does_so_before_anything_else() -> None:
    two: Lives = {1: ([1], {10: MIGRATES}), 2: ([2], {20: MIGRATES})}
    one: Lives = {1: ([1, 2], {10: MIGRATES, 20: STAYS, 30: STAYS})}
    assert causes(two, one, {30: Cause.CORRECTION}) == {Cause.MERGE: {CellKind.IMM_FINAL: -1, CellKind.ARRIVALS: 1}}
    assert causes(one, two, {30: Cause.WITHDRAWAL}) == {Cause.SPLIT: {CellKind.IMM_FINAL: 1, CellKind.ARRIVALS: -1}}
    renamed: Lives = {0: ([0, 1, 2], one[1][1])}
    assert causes(one, renamed, {30: Cause.TIMELY}) == {}, "a smaller key is no other person"


def test_only_what_comes_after_its_day_was_complete_is_late() -> None:
    days, known = np.array([0, 99, 100, 50]), np.array([0, 0, 0, Cause.CORRECTION], np.int8)
    assert of_facts(days, known, 100).tolist() == [Cause.TIMELY, Cause.LATE_RECORD, Cause.TIMELY, Cause.CORRECTION]
    assert of_facts(days, known, 0).tolist() == [Cause.TIMELY] * 3 + [Cause.CORRECTION], "nothing was declared"


STATES = st.sampled_from([MIGRATES, STAYS, 0])


@st.composite
def lives(draw: st.DrawFn) -> Lives:
    """Keys 1 to 6 and facts 1 to 6 on any persons; the fact of a number belongs to who holds the key of that number."""
    holder = draw(st.lists(st.integers(0, 3), min_size=6, max_size=6))
    found: dict[int, tuple[list[int], dict[int, int]]] = {}
    for group in {*holder} - {0}:
        keys = [key for key, each in enumerate(holder, 1) if each == group]
        found[keys[0]] = (keys, {key: draw(STATES) for key in keys})
    return found


@given(lives(), lives())
def test_causes_add_up_to_the_difference(before: Lives, after: Lives) -> None:
    """Where every record has a cause, nothing remains; they never make more than there is."""
    facts = dict.fromkeys(range(1, 7), Cause.CORRECTION)
    once, now = people(before), people(after)
    whole = national(difference(once.tally(), now.tally()))
    parts = list(parted(before, after, facts).values())
    cells = np.concatenate([whole.cells[:0], *(each.cells for each in parts)])
    counts = np.concatenate([whole.counts[:0], *(each.counts for each in parts)])
    added = national(Tally(cells, counts))
    assert (added.cells.tolist(), added.counts.tolist()) == (whole.cells.tolist(), whole.counts.tolist())


KNOWN = st.lists(st.sampled_from(list(Cause)[:5]), min_size=6, max_size=6)


def elsewhere(lives: Lives) -> Lives:
    """The same of other people, with other keys and facts."""
    return {
        person + 10: ([key + 10 for key in keys], {fact + 10: state for fact, state in facts.items()})
        for person, (keys, facts) in lives.items()
    }


def noted(found: dict[Cause, dict[CellKind, int]]) -> Counter[tuple[Cause, CellKind]]:
    cells = {(cause, kind): count for cause, cells in found.items() for kind, count in cells.items() if count}
    return Counter(cells)


@settings(max_examples=30)
@given(lives(), lives(), KNOWN, lives(), lives(), KNOWN)
def test_others_in_the_same_batch_change_the_cause_of_no_cell(
    before: Lives, after: Lives, known: list[Cause], others_before: Lives, others_after: Lives, others: list[Cause]
) -> None:
    mine, theirs = dict(enumerate(known, 1)), dict(enumerate(others, 11))
    alone = noted(causes(before, after, mine))
    alone.update(noted(causes(elsewhere(others_before), elsewhere(others_after), theirs)))
    together = causes({**before, **elsewhere(others_before)}, {**after, **elsewhere(others_after)}, mine | theirs)
    assert noted(together) == alone


def test_the_version_in_force_is_that_of_the_norms() -> None:
    assert METHOD_VERSIONS[-1].rule == M1216
    assert [each.since for each in METHOD_VERSIONS] == sorted(each.since for each in METHOD_VERSIONS)
    assert len({each.id for each in METHOD_VERSIONS}) == len(METHOD_VERSIONS)


def test_a_national_cell_keeps_its_kind_whatever_its_family() -> None:
    """The kinds of the lines beside the 12/16-month rule are no kinds of the rule."""
    cells = np.sort(np.concatenate([pack_kind([kind], month=648, region=71, sex=1) for kind in CellKind]))
    found = national(Tally(cells, np.ones(len(cells), np.int64)))
    journal = dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True))
    assert [of_months(by_kind(journal), range(648, 649), {kind: 1}) for kind in CellKind] == [1] * len(CellKind)
