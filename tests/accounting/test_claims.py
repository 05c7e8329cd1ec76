"""Claims on one number: what joins them, what speaks against it, and that order never matters."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.persons.claims import (
    ROUND,
    Sighting,
    Sightings,
    agree,
    contradict,
    doubtful,
    hurried,
    impossible,
    links,
    shared,
)
from services.accounting.rules.persons.identity import CLAIM, Claim, Hashes, Holder, components

HASHES = Hashes(b"a secret of the tests alone")
IIN = "900501300001"


def on_iin(born: str, surname: str = "OMAROVA", sex: str = "F") -> Claim:
    return HASHES.on_iin(IIN, Holder(born, surname, "AIGUL", sex))


def on_document(born: str, surname: str = "OMAROVA", sex: str = "F", number: str = "FA1") -> Claim:
    return HASHES.on_document("UZB", number, Holder(born, surname, "AIGUL", sex))


@pytest.mark.parametrize(
    ("one", "other", "agreeing"),
    [
        ("1990-05-01", "1990-05-01", True),
        ("1990", "1990-05-01", True),
        ("1990-05", "1990-05-01", True),
        ("1990-05", "1990", True),
        ("1990-05-01", "1990-05-02", False),
        ("1990-05", "1990-06-01", False),
        ("1990", "1991-05-01", False),
    ],
)
def test_birth_dates_agree_as_far_as_they_are_known(one: str, other: str, agreeing: bool) -> None:
    assert agree(on_document(one), on_document(other, "KIM")) is agreeing
    assert agree(on_document(one), on_document(other))  # the name agrees
    assert not agree(on_iin(one), on_iin(other, "KIM"))  # one date at least is the IIN's own


def test_a_birth_date_beside_an_iin_is_evidence_where_it_is_not_the_iin_s_own() -> None:
    assert agree(on_iin("1991-05-01"), on_iin("1991-05-01", "KIM"))
    assert not agree(on_iin("1990-05-01"), on_iin("1990-05-01", "KIM"))
    assert not agree(on_iin("1990"), on_iin("1990", "KIM"))


def test_a_contradiction_needs_all_three() -> None:
    mother = on_document("1985-03-03", "RAHIMOVA", "F")
    assert contradict(mother, on_document("2015-06-06", "RAHIMOV", "M"))
    for alike in (("1985", "RAHIMOV", "M"), ("2015-06-06", "RAHIMOVA", "M"), ("2015-06-06", "RAHIMOV", "X")):
        assert not contradict(mother, on_document(*alike))


@pytest.mark.parametrize(
    ("seconds", "same_way", "elsewhere", "expected"),
    [
        (0, True, False, True),
        (59, True, False, True),
        (60, True, False, False),
        (0, False, False, False),
        (7_199, True, True, True),
        (7_200, True, True, False),
        (1_799, False, True, True),
        (1_800, False, True, False),
    ],
)
def test_no_one_is_in_two_places(seconds: int, same_way: bool, elsewhere: bool, expected: bool) -> None:
    one, other = Sighting(1, 0, 7, True), Sighting(2, seconds, 8 if elsewhere else 7, same_way)
    assert impossible(one, other) is impossible(other, one) is expected


def grouped(claims: list[Claim], sightings: Sightings) -> dict[int, int]:
    rows = np.array(claims, CLAIM)
    selves = np.stack((rows["key"], rows["key"]), axis=1)
    keys, person = components(np.concatenate((selves, links(shared(rows), sightings))))
    return dict(zip(keys.tolist(), person.tolist(), strict=True))


CLAIMS = st.lists(
    st.builds(
        on_document,
        st.sampled_from(["1990", "1990-05", "1990-05-01", "1990-06-01", "2015-06-06"]),
        st.sampled_from(["OMAROVA", "KIM", "LI"]),
        st.sampled_from("MFX"),
        st.sampled_from(["FA1", "FA2"]),
    )
    | st.builds(on_iin, st.sampled_from(["1990-05-01", "1991"]), st.sampled_from(["OMAROVA", "KIM"])),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(
    CLAIMS,
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 9_000), st.integers(0, 2), st.booleans())),
    st.randoms(),
)
def test_who_is_who_does_not_depend_on_any_order(
    claims: list[Claim], crossed: list[tuple[int, int, int, bool]], random: Random
) -> None:
    seen: dict[int, list[Sighting]] = {}
    for who, at, checkpoint, arrival in crossed:
        key = claims[who % len(claims)].key
        seen.setdefault(key, []).append(Sighting(key, at, checkpoint, arrival))
    persons = grouped(claims, seen)
    shuffled = random.sample(claims, len(claims))
    turned = {key: random.sample(seen[key], len(seen[key])) for key in random.sample([*seen], len(seen))}
    assert grouped(shuffled, turned) == persons
    for bucket in shared(np.array(claims, CLAIM)):
        assert doubtful(bucket, persons) == doubtful(bucket[::-1], persons)


@given(CLAIMS)
def test_who_is_joined_contradicts_nobody(claims: list[Claim]) -> None:
    persons = grouped(claims, {})
    for bucket in shared(np.array(claims, CLAIM)):
        for one in bucket:
            for other in bucket:
                if contradict(one, other):
                    same = persons[one.key] == persons[other.key]
                    assert not same or doubtful(bucket, persons)


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 4 * ROUND), st.integers(0, 2), st.booleans(), st.booleans()),
        max_size=12,
    )
)
def test_only_a_crossing_soon_after_another_can_part_anybody(seen: list[tuple[int, int, int, bool, bool]]) -> None:
    person, at, new = ([each[n] for each in seen] for n in (0, 1, 4))
    found = set(hurried(np.array(person, np.int64), np.array(at, np.int64), np.array(new, np.bool_)).tolist())
    pairs = [(one, other) for one, other in combinations(seen, 2) if one[0] == other[0] and (one[4] or other[4])]
    assert found == {one[0] for one, other in pairs if abs(one[1] - other[1]) < ROUND}
    assert found >= {one[0] for one, other in pairs if impossible(Sighting(*one[:4]), Sighting(*other[:4]))}
