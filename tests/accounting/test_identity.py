"""Who is the same person: documents and IINs link only where what else is known agrees, doubts go to a reviewer."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.movements import CellKind, unpack
from services.accounting.rules.persons.identity import (
    MANY,
    Claim,
    Hashes,
    Holder,
    MadeClaim,
    among,
    components,
    repeat_a_kind,
)
from services.accounting.rules.persons.likeness import Likeness
from shared.events.police import CitizenshipChange
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_rebuild import derived, rebuilt
from tests.accounting.test_timeline import EVENTS, crossing, fact, ids
from tests.accounting.world import Event

IIN = "900501300001"
PASSPORT = {"type": "P", "number": "N0000001", "issuing_state": "KAZ"}
NONE = {"type": "P", "number": "000000000", "issuing_state": "UZB"}
CHILD = {"surname": "OMAROV", "given_names": "TIMUR", "birth_date": "2015-06-06", "sex": "M"}
TURAR = {"iin": None, "surname": "SEITOV", "given_names": "TURAR", "birth_date": "1971-02-03", "sex": "M"}
SERIK = TURAR | {"surname": "BEKOV", "given_names": "SERIK"}
SOMEBODY = {
    "iin": IIN, "document": None, "surname": "OMAROVA", "given_names": "AIGUL", "birth_date": "1990-05-01", "sex": "F",
    "citizenship": "KAZ",
}  # fmt: skip


def test_a_claim_that_is_made_is_a_claim_and_a_likeness() -> None:
    """By their order one is made of both, and a stored claim gets its likeness anew."""
    assert MadeClaim._fields == (*Claim._fields, *Likeness._fields)


def test_keys_need_the_secret_and_hold_whatever_the_spelling() -> None:
    other = Hashes(b"another secret, as long")
    holder = Holder("1990", "OMAROVA", "AIGUL", "F")
    assert HASHES.on_document("UZB", "fa 1234-567", holder) == HASHES.on_document("UZB", "FA1234567", holder)
    assert (
        HASHES.on_document("UZB", "FA1234567", holder).number != HASHES.on_document("KGZ", "FA1234567", holder).number
    )
    assert HASHES.on_document("UZB", "FA1234567", holder).number != other.on_document("UZB", "FA1234567", holder).number
    assert HASHES.on_iin(IIN, holder).name == HASHES.on_iin(IIN, Holder("1991", "Omarova", "Ai-gul", "M")).name
    assert HASHES.on_document("UZB", "FO12I4", holder) == HASHES.on_document("UZB", "F01214", holder)  # read so, or so
    assert HASHES.on_document("UZB", "FO12I4", holder) != HASHES.on_document("UZB", "F01224", holder)
    with pytest.raises(ValueError, match="16 bytes"):
        Hashes(b"short")


@given(st.text("0123456789", min_size=12, max_size=12), st.booleans(), st.sampled_from("MFX"))
def test_the_kind_of_a_number_is_told_by_the_key(number: str, on_iin: bool, sex: str) -> None:
    holder = Holder("1990-05-01", "OMAROVA", None, sex)
    claim = HASHES.on_iin(number, holder) if on_iin else HASHES.on_document("UZB", number, holder)
    assert claim.key & 1 == on_iin
    assert 0 < claim.key < 2**63


def test_those_are_found_who_hold_several_keys_of_a_kind() -> None:
    keys, owner = np.array([2, 4, 5, 6, 7, 9, 8]), np.array([1, 1, 1, 2, 2, 3, 3])
    assert sorted(repeat_a_kind(keys, owner).tolist()) == [2, 4]


@given(st.integers(0, 2**32), st.integers(0, 3 * MANY), st.integers(0, 3 * MANY), st.integers(1, 63))
def test_what_is_among_others_is_found_in_few_and_in_many(seed: int, several: int, others: int, bits: int) -> None:
    """Keys of all 63 bits, and numbers so small that most are there."""
    random = np.random.default_rng(seed)
    values, ordered = (random.integers(0, 2**bits, size) for size in (several, others))
    ordered = np.sort(np.concatenate((ordered, values[::3])))
    held = {*ordered.tolist()}
    assert among(values, ordered).tolist() == [value in held for value in values.tolist()]


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


def at(number: int, **other: Any) -> Event:
    return crossing(number, "entry", f"2024-01-{number:02}T10:00:00+05:00", SOMEBODY | other)


@pytest.mark.parametrize(
    ("others", "persons"),
    [
        ([{}], 1),
        ([{"sex": "M"}], 1),
        ([{"surname": "OMAROVA-KIM"}], 1),  # by the names: that the IIN's own date is the same would prove nothing
        ([{"given_names": "DANA"}], 2),  # a sister's, maybe
        ([{"surname": "LI", "given_names": "DANA"}], 2),
        ([{"birth_date": "1990-06-01"}], 1),
        ([{"birth_date": "1990-06-01", "surname": "KIM"}], 2),
        ([{"birth_date": "1990", "surname": "KIM"}], 2),
        ([{"birth_date": "1991-06-01"}, {"birth_date": "1991-06-01", "surname": "KIM"}], 1),
        ([{"iin": None}], 1),  # the names, rare ones, and the birth date
        ([{"iin": None, "given_names": "ANUAR"}], 2),
        ([{"birth_date": "1991-06-01", "surname": "KIM", "document": PASSPORT}, {"document": PASSPORT}], 2),
        ([{"surname": "KIM", "document": PASSPORT}, {"document": PASSPORT}], 1),
        ([{**TURAR, "document": PASSPORT}, {**TURAR, "document": PASSPORT | {"type": "I"}}], 2),
        ([{"document": PASSPORT}, {"iin": None, "document": PASSPORT, **CHILD}], 2),
        ([{**TURAR, "document": NONE}, {**SERIK, "document": NONE}, {"document": NONE}], 3),
    ],
)
async def test_persons_are_told_apart(
    api: Api, written: Accounting, others: list[dict[str, Any]], persons: int
) -> None:
    await written.take([EVENTS[0], at(1), *(at(number, **other) for number, other in enumerate(others, 2))], size=1)
    assert len(await ids(api)) == persons


async def reviews(api: Api) -> list[dict[str, Any]]:
    answer = await api.client.get("/v1/reviews", headers=api.token("statistician"))
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


FOREIGNER = {"iin": None, "document": {"type": "P", "number": "FC12345", "issuing_state": "UZB"}, "citizenship": "UZB"}
NODIRA = FOREIGNER | {"surname": "RAHIMOVA", "given_names": "NODIRA", "birth_date": "1985-03-03", "sex": "F"}
TIMUR = FOREIGNER | {"surname": "RAHIMOV", "given_names": "TIMUR", "birth_date": "2015-06-06", "sex": "M"}
IN, OUT = ("entry", "2025-02-01T10:00:00+05:00"), ("exit", "2025-02-20T10:00:00+05:00")


async def by_record(api: Api) -> dict[str, dict[str, Any]]:
    answer = await api.client.get("/v1/classifications", params={"method": "M1216"}, headers=api.token("statistician"))
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    return {line["source_id"]: line for line in lines}


@pytest.mark.parametrize("size", [1, 9])
async def test_mother_and_child_in_one_passport_are_two_persons(api: Api, written: Accounting, size: int) -> None:
    told = [crossing(n, *way, person) for n, (person, way) in enumerate(product((NODIRA, TIMUR), (IN, OUT)), 1)]
    await written.take([EVENTS[0], *told], size)
    found = await by_record(api)
    assert found["B-1"]["person"] == found["B-2"]["person"] != found["B-3"]["person"] == found["B-4"]["person"]
    assert not any(line["imputed"] for line in found.values())
    assert await reviews(api) == []


async def test_twins_in_one_passport_who_cross_together_are_two_persons_and_reviewed(
    api: Api, written: Accounting
) -> None:
    twin = TIMUR | {"given_names": "TEMUR"}
    await written.take([EVENTS[0], crossing(1, *IN, TIMUR), crossing(2, *OUT, twin)])
    assert len(await ids(api)) == 1
    await written.take([crossing(3, *IN, twin)])
    assert len(await ids(api)) == 2
    assert [doubt["reason"] for doubt in await reviews(api)] == ["several_persons"]
    await written.take([crossing(3, *IN, twin) | {"recordversion": 2, "recordwithdrawn": True}])
    assert len(await ids(api)) == 1
    assert await reviews(api) == []


@pytest.mark.parametrize(("hours", "persons"), [(1, 2), (24, 1)])
async def test_two_entries_far_apart_within_too_short_a_time_are_two_persons(
    api: Api, written: Accounting, hours: int, persons: int
) -> None:
    at = datetime.fromisoformat(IN[1]) + timedelta(hours=hours)
    elsewhere = crossing(2, "entry", at.isoformat(), NODIRA | {"given_names": "NADIRA"})
    elsewhere["data"]["checkpoint"] = "KHORGOS"
    await written.take([EVENTS[0], crossing(1, *IN, NODIRA), elsewhere])
    assert len(await ids(api)) == persons


@pytest.mark.parametrize("number", ["000000000", "0", "XXXXXXXXX", "NODOC", "999999999"])
async def test_what_stands_for_no_number_joins_nobody(api: Api, written: Accounting, number: str) -> None:
    document = {"type": "P", "number": number, "issuing_state": "UZB"}
    told = [crossing(n, *IN, NODIRA | {"document": document, "surname": name}) for n, name in enumerate("ABA", 1)]
    await written.take([EVENTS[0], *told])
    assert len(await ids(api)) == 3


@pytest.mark.parametrize("size", [1, 9])
async def test_a_new_citizen_s_record_names_the_document_before_it(api: Api, written: Accounting, size: int) -> None:
    """A new name, a new document and a first IIN: the former document alone leads to the years before."""
    citizen = {
        "iin": "850303445008", "document": {"type": "I", "number": "061234567", "issuing_state": "KAZ"},
        "surname": "SERGEYEVA", "given_names": "NODIRA", "birth_date": "1985-03-03", "sex": "F", "citizenship": "KAZ",
    }  # fmt: skip
    change = fact(
        "change", CitizenshipChange.TYPE, source_id="C-1", act="acquired", date="2025-03-01", other_country="UZB",
        person=citizen, former_document=NODIRA["document"],
    )  # fmt: skip
    told = [crossing(1, *IN, NODIRA), change, crossing(2, "exit", "2025-09-01T10:00:00+05:00", citizen)]
    await written.take([EVENTS[0], *told], size)
    assert len(await ids(api)) == 1
    (stored,) = await written.connection.fetch(
        "SELECT body::text FROM linkage.register_fact WHERE kind LIKE 'citizen%'"
    )
    assert "FC12345" not in stored["body"]
    later = change | {"recordversion": 2, "data": change["data"] | {"former_document": None}}
    await written.take([later])
    assert len(await ids(api)) == 2


async def test_an_attribute_that_jumps_is_a_review_and_no_figure(api: Api, written: Accounting) -> None:
    changed = NODIRA | {"sex": "M", "birth_date": "1958-03-03"}
    away = crossing(2, "exit", "2026-05-20T10:00:00+05:00", changed)
    await written.take([EVENTS[0], crossing(1, *IN, NODIRA), away])
    assert len(await ids(api)) == 1
    assert [doubt["reason"] for doubt in await reviews(api)] == ["attributes_differ"]
    cells = await written.connection.fetch("SELECT cell FROM derived.cube")
    migrated = [cell for cell in (unpack(cell) for (cell,) in cells) if cell["indicator"] <= CellKind.EMI_UNDETERMINED]
    assert migrated
    assert {(int(cell["sex"]), int(cell["age"])) for cell in migrated} == {(0, 0)}


async def test_a_number_that_very_many_claim_is_a_filler_that_nobody_listed(api: Api, written: Accounting) -> None:
    letters = "ABCDEFGHIJ"
    many = [NODIRA | {"surname": a + b, "birth_date": "1990"} for a in letters for b in letters[:7]]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    told = [crossing(n, "entry", (start + timedelta(days=n)).isoformat(), who) for n, who in enumerate(many, 1)]
    await written.take([EVENTS[0], *told], size=20)
    assert len(await ids(api)) == 70
    await written.take([each | {"recordversion": 2, "recordwithdrawn": True} for each in told[60:]], size=3)
    assert len(await ids(api)) == 1


async def test_who_shares_an_iin_without_agreeing_is_shown_to_a_reviewer_until_it_is_settled(
    api: Api, written: Accounting
) -> None:
    doubtful = at(2, birth_date="1991-06-01", surname="KIM")
    await written.take([EVENTS[0], at(1), doubtful])
    (doubt,) = await reviews(api)
    assert set(doubt["persons"]) == await ids(api)
    assert doubt["records"] == ["B-1", "B-2"]
    assert IIN not in str(doubt)
    await written.take([at(2) | {"recordversion": 2}])
    assert await reviews(api) == []
    assert len(await ids(api)) == 1


async def test_a_withdrawn_link_parts_the_persons_again(api: Api, written: Accounting) -> None:
    link = at(3, document=PASSPORT)
    await written.take([EVENTS[0], at(1), at(2, iin=None, document=PASSPORT, surname="KIM")])
    apart = await ids(api)
    assert len(apart) == 2
    await written.take([link])
    assert len(await ids(api)) == 1
    await written.take([link | {"recordversion": 2, "recordwithdrawn": True}])
    assert await ids(api) == apart


def passport(number: int, **other: Any) -> Event:
    document = {"type": "P", "number": f"FA{number:07}", "issuing_state": "UZB"}
    return crossing(number, "entry", f"2024-01-{number:02}T10:00:00+05:00", NODIRA | {"document": document} | other)


async def test_a_renewed_passport_is_one_person_s_until_the_register_shows_how_frequent_the_name_is(
    api: Api, written: Accounting
) -> None:
    namesakes = [passport(n, birth_date=f"1985-{n:02}-{n + 7:02}") for n in (4, 5, 6)]
    await written.take([EVENTS[0], passport(1), passport(2)], size=1)
    assert len(await ids(api)) == 1
    await written.take(namesakes, size=1)
    assert len(await ids(api)) == 5
    assert await doubtful(written) == ["weight"]
    await written.take([each | {"recordversion": 2, "recordwithdrawn": True} for each in namesakes], size=1)
    assert len(await ids(api)) == 1


async def test_who_would_be_joined_in_two_places_at_once_is_left_apart_and_noted(api: Api, written: Accounting) -> None:
    elsewhere = passport(2)
    elsewhere["data"] |= {"crossed_at": "2024-01-01T10:20:00+05:00", "checkpoint": "KHORGOS"}
    await written.take([EVENTS[0], passport(1), elsewhere], size=1)
    assert len(await ids(api)) == 2
    assert await doubtful(written) == ["veto"]
    await written.take([elsewhere | {"recordversion": 2, "data": passport(2)["data"]}])
    assert len(await ids(api)) == 1


async def test_whom_names_joined_a_crossing_in_another_place_parts(api: Api, written: Accounting) -> None:
    by_iin = crossing(1, "entry", "2024-01-01T10:00:00+05:00", NODIRA | {"iin": IIN, "document": None})
    await written.take([EVENTS[0], by_iin, passport(2, iin=None)], size=1)
    assert len(await ids(api)) == 1
    elsewhere = passport(3, **by_iin["data"]["person"])
    elsewhere["data"] |= {"crossed_at": "2024-01-02T10:20:00+05:00", "checkpoint": "KHORGOS"}
    await written.take([elsewhere])
    assert len(await ids(api)) == 2


async def doubtful(written: Accounting) -> list[str]:
    return [row[0] for row in await written.connection.fetch("SELECT why FROM linkage.doubtful_pair")]


async def test_a_surname_taken_in_marriage_is_one_person_s_until_the_names_prove_frequent(
    api: Api, written: Accounting
) -> None:
    """A batch that tells of namesakes finds the pair that only a number has brought together."""
    names = [
        at(n, iin=None, document=PASSPORT | {"number": f"N000000{n}"}, birth_date=f"1990-0{n}-1{n}") for n in (6, 7, 8)
    ]
    await written.take([EVENTS[0], at(1), at(2, surname="BEKOVA")], size=1)
    assert len(await ids(api)) == 1
    await written.take(names, size=1)
    assert len(await ids(api)) == 5
    before = await derived(written.connection)
    assert await rebuilt(written) == before
    await written.take([each | {"recordversion": 2, "recordwithdrawn": True} for each in names], size=1)
    assert len(await ids(api)) == 1


async def test_an_iin_that_many_claim_brings_nobody_together(api: Api, written: Accounting) -> None:
    many = [at(n, surname="ABCDEFGHIJKLMNOPQ"[n] + "UV", given_names="QIJOZ"[n % 5] + "OTIR") for n in range(1, 16)]
    await written.take([EVENTS[0], at(30), at(31, surname="BEKOVA")])
    assert len(await ids(api)) == 1
    await written.take(many)
    before, persons = await derived(written.connection), await ids(api)
    assert len(persons) > 15
    assert await rebuilt(written) == before
    await written.take([each | {"recordversion": 2, "recordwithdrawn": True} for each in many])
    assert len(await ids(api)) == 1
