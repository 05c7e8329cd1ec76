"""The cell key method: what it may do to a count, and how little an attacker learns of one."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.disclosure.cell_key import (
    MOST,
    VARIANCE,
    WHOLE,
    WITHHELD,
    record_key,
    rounded,
    table,
)

SECRET = b"a secret of the tests alone"
LARGE = MOST + WITHHELD + 1
KEYS = st.integers(0, WHOLE - 1)
PERSONS = st.integers(-(2**63), 2**63 - 1)
Chances = dict[int, float]


def chances(count: int) -> Chances:
    """With which probability what is published of a count."""
    if count == 0:
        return {0: 1.0}
    return {count + noise: share / 1e6 for noise, share in table().rows[min(count, LARGE) - 1]}


@pytest.mark.parametrize("count", range(1, LARGE + 1))
def test_the_table_keeps_the_mean_has_the_variance_and_publishes_no_small_count(count: int) -> None:
    noise = dict(table().rows[count - 1])
    assert sum(noise.values()) == 1_000_000
    assert all(abs(each) <= MOST and (count + each == 0 or count + each > WITHHELD) for each in noise)
    assert sum(each * share for each, share in noise.items()) == pytest.approx(0, abs=10)
    assert sum(each * each * share for each, share in noise.items()) == pytest.approx(VARIANCE * 1e6, abs=50)


def test_large_counts_have_one_noise_that_favours_neither_side() -> None:
    assert len(table().rows) == LARGE
    noise = dict(table().rows[-1])
    assert noise == {-each: share for each, share in noise.items()}
    assert set(noise) == set(range(-MOST, MOST + 1))


@given(st.one_of(st.integers(-10, 10), st.integers(-(2**63), 2**63)), KEYS)
def test_no_count_is_moved_further_nor_published_small(count: int, key: int) -> None:
    published = table().published(count, key)
    assert abs(published - count) <= MOST
    assert not 0 < abs(published) <= WITHHELD
    assert published == 0 or count != 0
    assert published == -table().published(-count, key)
    assert published == table().published(count, key + WHOLE), "a key is what it is modulo 2^64"


def test_every_key_is_a_noise() -> None:
    for count in range(1, LARGE + 2):
        noise = [table().noise(count, key) for key in (0, WHOLE - 1)]
        assert noise == [min(dict(_row(count))), max(dict(_row(count)))]


def _row(count: int) -> tuple[tuple[int, int], ...]:
    return table().rows[min(count, LARGE) - 1]


@given(st.lists(PERSONS, unique=True, max_size=40), st.randoms())
def test_a_cell_has_the_same_noise_by_whatever_path_its_persons_are_added_up(
    persons: list[int], random: object
) -> None:
    """Month by month to a year, place by place to the nation: sums modulo 2^64 know no order."""
    keys = [record_key(SECRET, each) for each in persons]
    at_once = sum(keys)
    parts: dict[int, int] = defaultdict(int)
    for number, key in enumerate(reversed(keys)):
        parts[number % 3] = (parts[number % 3] + key) % WHOLE
    assert table().published(len(keys), sum(parts.values())) == table().published(len(keys), at_once)


def test_the_mean_over_many_cells_is_what_was_counted() -> None:
    for count in (1, 2, 3, 5, 8, 5_000):
        of_many = [table().published(count, record_key(SECRET, person)) for person in range(4_000)]
        assert abs(sum(of_many) / len(of_many) - count) < 5 * (VARIANCE / len(of_many)) ** 0.5


def test_another_secret_gives_other_keys_and_the_pseudonym_is_not_in_them() -> None:
    for person in (-(2**63), -1, 0, 1, 2**63 - 1):
        assert 0 <= record_key(SECRET, person) < WHOLE
        assert record_key(SECRET, person) not in (person % WHOLE, record_key(b"another secret of the tests", person))


def success(told: dict[int, Chances]) -> float:
    """How often the best guess at which of several counts is true is right, where each is as likely before."""
    seen = {published for each in told.values() for published in each}
    return sum(max(each.get(published, 0.0) for each in told.values()) for published in seen) / len(told)


def minus(one: Chances, other: Chances) -> Chances:
    """Of a difference between two cells that do not hold the same persons: their keys have nothing in common."""
    found: Chances = defaultdict(float)
    for (left, first), (right, second) in product(one.items(), other.items()):
        found[left - right] += first * second
    return found


def test_a_published_small_cell_hides_what_was_counted() -> None:
    """Of a count of 1 to 6, each as likely: who reads the cell guesses right less than every second time."""
    assert success({count: chances(count) for count in range(1, 7)}) < 0.45


@pytest.mark.parametrize("common", [3, 7, 50, 5_000])
def test_two_cells_that_differ_by_few_records_hide_how_many(common: int) -> None:
    """Two releases, two tables, or a total less all its parts but one: the difference is 1 to 5 records."""
    told = {few: minus(chances(common + few), chances(common)) for few in range(1, 6)}
    assert success(told) < 0.42


def test_a_total_less_its_published_parts_hides_a_part_better_than_the_part_itself() -> None:
    parts = minus(chances(LARGE), {0: 1.0})
    told = {}
    for few in range(1, 7):
        rest = minus(minus(chances(2 * LARGE + few), parts), parts)
        told[few] = rest
    assert success(told) < success({count: chances(count) for count in range(1, 7)})


@given(st.integers(-10, 10))
def test_an_estimate_reads_as_no_small_count(estimate: int) -> None:
    assert not 0 < abs(rounded(estimate)) <= WITHHELD
    assert abs(rounded(estimate) - estimate) <= 1
    assert rounded(estimate) == estimate or 0 < abs(estimate) <= WITHHELD
