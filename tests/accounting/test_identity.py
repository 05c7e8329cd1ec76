"""Who is the same person: documents link, IINs link only where birth date or name agrees, doubts go to a reviewer."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.persons.identity import CLAIM, Claim, Hashes, agree, components, links
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_timeline import EVENTS, crossing, ids
from tests.accounting.world import Event

IIN = "900501300001"
PASSPORT = {"type": "P", "number": "N0000001", "issuing_state": "KAZ"}
SOMEBODY = {
    "iin": IIN, "document": None, "surname": "OMAROVA", "given_names": "AIGUL", "birth_date": "1990-05-01", "sex": "F",
    "citizenship": "KAZ",
}  # fmt: skip


def claim(birth_date: str, surname: str = "OMAROVA") -> Claim:
    return HASHES.claim(IIN, birth_date, surname, "AIGUL")


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
    assert agree(claim(one), claim(other, "KIM")) is agreeing
    assert agree(claim(one), claim(other)) is True  # the name agrees


def test_keys_need_the_secret_and_hold_whatever_the_spelling() -> None:
    other = Hashes(b"another secret, as long")
    assert HASHES.document("UZB", "fa 1234-567") == HASHES.document("UZB", "FA1234567")
    assert HASHES.document("UZB", "FA1234567") != HASHES.document("KGZ", "FA1234567")
    assert HASHES.document("UZB", "FA1234567") != other.document("UZB", "FA1234567")
    assert claim("1990").name == HASHES.claim(IIN, "1990", "Omarova", "Ai-gul").name
    with pytest.raises(ValueError, match="16 bytes"):
        Hashes(b"short")


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=60))
def test_components_are_those_of_plain_search(edges: list[tuple[int, int]]) -> None:
    keys, smallest = components(np.array(edges, np.int64))
    assert dict(zip(keys.tolist(), smallest.tolist(), strict=True)) == plain(edges)


def plain(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    groups = {end: {end} for edge in edges for end in edge}
    for one, other in edges:
        joined = groups[one] | groups[other]
        for end in joined:
            groups[end] = joined
    return {end: min(group) for end, group in groups.items()}


def test_a_long_chain_is_one_component() -> None:
    chain = np.random.default_rng(1).permutation(10_000) + 1
    _, smallest = components(np.stack((chain[:-1], chain[1:]), axis=1))
    assert set(smallest.tolist()) == {1}


def test_links_are_the_agreeing_pairs_on_each_iin() -> None:
    said = [claim("1990"), claim("1990-05-01"), claim("1991-01-01", "KIM"), claim("1991", "LI")]
    elsewhere = HASHES.claim("900501300012", "1990", "OMAROVA", "AIGUL")
    found = {frozenset(pair) for pair in links(np.array([*said, elsewhere], CLAIM)).tolist()}
    assert found == {frozenset((a.key, b.key)) for a, b in combinations(said, 2) if agree(a, b)}


def at(number: int, **other: Any) -> Event:
    return crossing(number, "entry", f"2024-01-{number:02}T10:00:00+05:00", SOMEBODY | other)


@pytest.mark.parametrize(
    ("others", "persons"),
    [
        ([{}], 1),
        ([{"surname": "OMAROVA-KIM"}], 1),
        ([{"birth_date": "1990-06-01"}], 1),
        ([{"birth_date": "1990-06-01", "surname": "KIM"}], 2),
        ([{"birth_date": "1990", "surname": "KIM"}], 1),
        ([{"iin": None}], 2),
        ([{"birth_date": "1990-06-01", "surname": "KIM"}, {"birth_date": "1990", "surname": "LI"}], 1),
        ([{"birth_date": "1991-06-01", "surname": "KIM", "document": PASSPORT}, {"document": PASSPORT}], 1),
        ([{"iin": None, "document": PASSPORT}, {"iin": None, "document": PASSPORT | {"type": "I"}}], 2),
    ],
)
async def test_persons_are_told_apart(
    api: Api, written: Accounting, others: list[dict[str, Any]], persons: int
) -> None:
    await written.take([EVENTS[0], at(1), *(at(number, **other) for number, other in enumerate(others, 2))], size=1)
    assert len(await ids(api)) == persons


async def test_who_shares_an_iin_without_agreeing_is_shown_to_a_reviewer_until_it_is_settled(
    api: Api, written: Accounting
) -> None:
    doubtful = at(2, birth_date="1991-06-01", surname="KIM")
    await written.take([EVENTS[0], at(1), doubtful])
    (doubt,) = (await api.client.get("/v1/reviews", headers=api.token("statistician"))).json()["items"]
    assert set(doubt["persons"]) == await ids(api)
    assert doubt["records"] == ["B-1", "B-2"]
    assert IIN not in str(doubt)
    await written.take([at(2) | {"recordversion": 2}])
    assert (await api.client.get("/v1/reviews", headers=api.token("statistician"))).json()["items"] == []
    assert len(await ids(api)) == 1


async def test_a_withdrawn_link_parts_the_persons_again(api: Api, written: Accounting) -> None:
    link = at(3, document=PASSPORT)
    await written.take([EVENTS[0], at(1), at(2, iin=None, document=PASSPORT)])
    apart = await ids(api)
    assert len(apart) == 2
    await written.take([link])
    assert len(await ids(api)) == 1
    await written.take([link | {"recordversion": 2, "recordwithdrawn": True}])
    assert await ids(api) == apart
