"""Who became whom, by the keys that persons held before a change and hold after it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounting.cases.change import Change
from services.accounting.cases.persons.caused_changes import causes_of
from services.accounting.rules.persons.changes import Became, Trigger, became, cause_of
from services.accounting.rules.rows import FactRow, Held, RegisterRow
from services.accounting.store.facts import Taken

Groups = Mapping[int, int]
"""Person by key."""


def changes(before: Groups, after: Groups, *corrections: tuple[int, int]) -> list[Became]:
    keys, holder, now, person = (
        np.array(each, np.int64)
        for each in (list(before), list(before.values()), sorted(after), [after[key] for key in sorted(after)])
    )
    return became(keys, holder, now, person, corrections)


def test_new_persons_and_new_claims_are_no_change() -> None:
    assert changes({}, {2: 2, 4: 2}) == []
    assert changes({4: 4}, {4: 4, 6: 4, 8: 8}) == []
    assert changes({4: 4}, {2: 2, 4: 2}) == [], "the former id is a key of theirs, and leads to them"


def test_a_merge_a_split_and_both_at_once() -> None:
    assert changes({2: 2, 4: 4, 6: 4}, {2: 2, 4: 2, 6: 2}) == [Became("merge", 4, 2, (4, 6))]
    assert changes({2: 2, 4: 2, 6: 2}, {2: 2, 4: 4, 6: 4}) == [
        Became("split", 2, 2, (2,)),
        Became("split", 2, 4, (4, 6)),
    ]
    assert changes({2: 2, 4: 2, 6: 6}, {2: 2, 4: 4, 6: 4}) == [
        Became("split", 2, 2, (2,)),
        Became("split", 2, 4, (4,)),
        Became("merge", 6, 4, (6,)),
    ]


def test_whose_smallest_claim_is_corrected_away_is_renamed() -> None:
    assert changes({2: 2, 4: 2}, {4: 4}) == [Became("renamed", 2, 4, (4,))]
    assert changes({2: 2}, {4: 4}, (2, 4)) == [Became("renamed", 2, 4, ())]
    assert changes({2: 2, 4: 4}, {4: 4}, (2, 4)) == [Became("merge", 2, 4, ())]
    assert changes({2: 2}, {}) == [], "nothing is left of them"


KEYS = st.dictionaries(st.integers(1, 9), st.integers(0, 4), max_size=8)


@settings(max_examples=50)
@given(KEYS, KEYS)
def test_every_former_person_leads_to_whoever_holds_their_keys(before: Groups, after: Groups) -> None:
    one, other = ({key: min(k for k in raw if raw[k] == raw[key]) for key in raw} for raw in (before, after))
    found = changes(one, other)
    for former in {*one.values()}:
        successors = {other[key] for key in one if one[key] == former and key in other}
        noted = {each.successor for each in found if each.former == former}
        assert noted in (successors, set()), "all of them, or nothing where nothing happened to the person"
        if not noted and successors:
            assert successors == {other.get(former)}, "the former id leads there by itself"
        for each in found:
            assert all(other[key] == each.successor and one[key] == each.former for key in each.keys)


def test_the_cause_is_what_holds_claims_of_both_or_let_go_of_one() -> None:
    bridge, beside = Trigger("record", 9, frozenset({2, 4})), Trigger("record", 1, frozenset({4}))
    assert cause_of(Became("merge", 4, 2, (4,)), [beside, bridge], frozenset({2, 4})) == bridge
    freed = Trigger("withdrawal", 7, frozenset({2, 4}), frozenset({2, 4}))
    assert cause_of(Became("split", 2, 4, (4,)), [beside, freed], frozenset({2, 4})) == freed
    assert cause_of(Became("merge", 6, 3, (6,)), [beside], frozenset({6, 3})) == beside, "it lies further off"


CLAIMS = st.frozensets(st.integers(1, 9), max_size=3)
CAME = st.tuples(
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.none() | st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.booleans(),
)
PARTED = st.builds(
    Became,
    st.sampled_from(["merge", "split", "renamed"]),
    st.integers(1, 9),
    st.integers(1, 9),
    CLAIMS.map(lambda keys: (*sorted(keys),)),
)


def row(fact: int, keys: Sequence[int], *, withdrawn: bool) -> RegisterRow:
    claim, document, former = keys
    return RegisterRow(fact, str(fact), 1, withdrawn, "study.v1", claim, document, 0, 0, 0, 0, 0, "{}", former)


@settings(max_examples=50)
@given(
    st.lists(CAME, max_size=5),
    st.lists(CLAIMS, max_size=2),
    st.lists(st.tuples(PARTED, CLAIMS), min_size=1, max_size=4),
)
def test_what_else_is_noted_never_changes_the_cause_of_a_change(
    came: list[tuple[list[int], list[int] | None, bool]],
    said: list[frozenset[int]],
    parted: list[tuple[Became, frozenset[int]]],
) -> None:
    rows: list[FactRow] = [row(fact, keys, withdrawn=withdrawn) for fact, (keys, _, withdrawn) in enumerate(came)]
    replaced = {fact: Held(0, False, *before) for fact, (_, before, _) in enumerate(came) if before is not None}
    words = tuple(Trigger("word", number, keys) for number, keys in enumerate(said))
    change = replace(Change.of(Taken(rows, replaced)), words=words)
    if not (rows or words):
        return
    found, theirs = zip(*((each, keys | {*each.keys}) for each, keys in parted), strict=True)
    alone = [cause_of(each, change.causes(), keys) for each, keys in zip(found, theirs, strict=True)]
    assert causes_of(change, found, theirs) == alone
