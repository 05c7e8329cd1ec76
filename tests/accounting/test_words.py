"""A reviewer's word joins or parts claims; beside it as many links hold as can, whatever the order of anything."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounting.rules.persons.identity import CLAIM, Claim, Keys, components
from services.accounting.rules.persons.words import Word, settled
from tests.accounting.oracle_words import Pairs, joining, reached

NAMES = {1: 7, 2: 7, 3: 8, 4: 7}
TOLD = {key: Claim(key, 100 + key // 4, 1990 << 9, NAMES.get(key, 9), 1, True) for key in range(1, 13)}
CLAIMS = np.array([*TOLD.values()], CLAIM)
A, B, C, D = 2, 4, 6, 8  # claims on documents
X, Y = 1, 9  # claims on IINs


def array(pairs: Pairs) -> Keys:
    return np.array(pairs, np.int64).reshape(-1, 2)


def persons(records: Pairs, links: Pairs, *words: Word) -> set[frozenset[int]]:
    holding = settled(array(records), array(links), words, CLAIMS)
    keys, person = components(np.concatenate((array(records), holding)))
    return {frozenset(keys[person == each].tolist()) for each in person}


def alone(*keys: int) -> Pairs:
    """Records that hold one key each."""
    return [(key, key) for key in keys]


def test_same_joins_whom_nothing_else_joins() -> None:
    assert persons(alone(A, B), []) == {frozenset({A}), frozenset({B})}
    assert persons(alone(A, B), [], Word(1, A, B, True)) == {frozenset({A, B})}


def test_apart_parts_and_of_two_links_the_weaker_falls() -> None:
    """A and B agree in name, B and C in nothing but a number."""
    links = [(B, C), (A, B)]
    assert persons(alone(A, B, C), links, Word(1, A, C, False)) == {frozenset({A, B}), frozenset({C})}


def test_what_a_record_holds_is_not_parted_by_a_word() -> None:
    assert persons([(A, B)], [], Word(1, A, B, False)) == {frozenset({A, B})}


def test_a_word_sleeps_while_nobody_holds_one_of_its_claims_and_makes_nobody() -> None:
    word = Word(1, A, B, True)
    assert persons(alone(A), [], word) == {frozenset({A})}
    assert persons(alone(A, B), [], word) == {frozenset({A, B})}


def test_same_needs_a_reason_of_its_own_to_join_two_iins() -> None:
    assert persons(alone(X, Y), [], Word(1, X, Y, True)) == {frozenset({X}), frozenset({Y})}
    assert persons(alone(X, Y), [], Word(1, X, Y, True, two_iins=True)) == {frozenset({X, Y})}


def test_whom_a_word_has_joined_links_give_no_other_iin() -> None:
    records, links = [(D, Y), *alone(X, A)], [(A, D)]
    assert persons(records, links) == {frozenset({A, D, Y}), frozenset({X})}
    assert persons(records, links, Word(1, X, A, True)) == {frozenset({A, X}), frozenset({D, Y})}


def test_against_a_word_that_parts_one_that_joins_falls_and_the_newer_of_two_holds() -> None:
    joining = [Word(2, A, B, True), Word(3, B, C, True)]
    assert persons(alone(A, B, C), [], Word(4, A, C, False), *joining) == {frozenset({A}), frozenset({B, C})}


KEYS = st.integers(1, 12)
PAIR = st.tuples(KEYS, KEYS)
WORDS = st.lists(st.tuples(PAIR, st.booleans(), st.booleans()), max_size=5)


@settings(max_examples=60)
@given(st.lists(PAIR, min_size=4, max_size=9), st.lists(PAIR, max_size=9), WORDS, st.integers(0, 99))
def test_what_holds_is_the_plain_reading_in_any_order(
    records: list[tuple[int, int]], between: Pairs, said: list[tuple[tuple[int, int], bool, bool]], seed: int
) -> None:
    held = {key for pair in records for key in pair}
    links = [pair for pair in {(min(pair), max(pair)) for pair in between} if {*pair} <= held and pair[0] < pair[1]]
    words = [
        Word(n, min(pair), max(pair), same, coded) for n, (pair, same, coded) in enumerate(said) if pair[0] != pair[1]
    ]
    truth = [*records, *joining(records, links, words, TOLD)]
    random = Random(seed)
    for each in (records, links, words):
        random.shuffle(each)
    assert persons(records, links, *words) == {frozenset(reached(key, truth)) for key in held}


@settings(max_examples=40)
@given(st.lists(PAIR, max_size=12), st.lists(PAIR, min_size=1, max_size=3))
def test_pairs_that_are_apart_end_apart_and_each_link_that_falls_would_join_one(between: Pairs, apart: Pairs) -> None:
    links = [pair for pair in {(min(pair), max(pair)) for pair in between} if pair[0] < pair[1]]
    words = [Word(n, min(pair), max(pair), False) for n, pair in enumerate(apart) if pair[0] != pair[1]]
    everybody = alone(*TOLD)
    held = [(one, other) for one, other in settled(array(everybody), array(links), words, CLAIMS).tolist()]
    assert all(word.other not in reached(word.one, held) for word in words)
    for link in {*links} - {*held}:
        assert any(word.other in reached(word.one, [*held, link]) for word in words)
