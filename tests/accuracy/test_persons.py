"""Pairs counted by groups are the pairs that one would list."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.accuracy.persons import Pairs, by_group, scored

Drawn = list[tuple[int, int]]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_counted_is_listed(drawn: Drawn) -> None:
    records = [("portal", "border-crossings", str(number)) for number in range(len(drawn))]
    lives = {record: life for record, (life, _) in zip(records, drawn, strict=True)}
    persons = {record: str(person) for record, (_, person) in zip(records, drawn, strict=True)}
    pairs = list(combinations(records, 2))
    true = {(a, b) for a, b in pairs if lives[a] == lives[b]}
    taken = {(a, b) for a, b in pairs if persons[a] == persons[b]}
    assert scored(lives, persons) == Pairs(len(true), len(taken), len(true & taken))


def test_a_record_of_which_nothing_is_said_is_alone() -> None:
    a, b, c = (("portal", "border-crossings", name) for name in "abc")
    assert scored({a: 1, b: 1, c: 1}, {a: "x", b: "x"}) == Pairs(true=3, taken=1, both=1)


def test_groups_are_scored_among_themselves() -> None:
    border, permit, other = ("portal", "x", "1"), ("permits", "y", "1"), ("portal", "x", "2")
    scores = by_group(
        {border: 1, permit: 1, other: 1}, {border: "p", permit: "q", other: "p"}, lambda record: record[0]
    )
    assert scores == {"permits": Pairs(0, 0, 0), "portal": Pairs(1, 1, 1)}
    assert (scores["permits"].precision, scores["permits"].recall) == (1.0, 1.0)
