"""Packed histories: nothing lost on the way into bytes and back, and the order that the rule rests on."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.residence.history import (
    CROSSING,
    EVIDENCE,
    FACT_EVIDENCE,
    Kind,
    arrange_crossings,
    arrange_evidence,
    evidence_of,
    local_day_and_second,
    pack,
    source_order,
    unpack,
)

Row = tuple[int, int, int, int, bool]  # fact, day, second, order, arrival


def crossings(rows: Sequence[Row]) -> np.ndarray:
    """Crossings with what orders them; the rest is 0."""
    records = np.zeros(len(rows), CROSSING)
    for position, row in enumerate(rows):
        for name, value in zip(("fact", "day", "second", "order", "arrival"), row, strict=True):
            records[name][position] = value
    return records


def test_records_keep_the_size_that_person_rows_were_planned_with() -> None:
    assert (CROSSING.itemsize, EVIDENCE.itemsize) == (32, 12)


@given(st.lists(st.integers(0, 3)), st.sampled_from((CROSSING, EVIDENCE)), st.randoms(use_true_random=False))
def test_many_persons_bytes_become_one_array_and_back(lengths: list[int], kind: np.dtype, random: object) -> None:
    blobs = [random.randbytes(length * kind.itemsize) for length in lengths]  # type: ignore[attr-defined]

    records, found = unpack(blobs, kind)

    assert found.tolist() == lengths
    assert pack(records, found) == blobs


def test_unpacked_records_can_be_changed() -> None:
    records, _ = unpack([bytes(32)], CROSSING)

    records["state"] = 128

    assert pack(records, np.array([1])) == [bytes(30) + b"\x80\x00"]


@pytest.mark.parametrize(
    ("written", "day", "second"),
    [
        ("2026-03-01T10:15:00+05:00", "2026-03-01", 5 * 3600 + 15 * 60),
        ("2026-03-01T00:30:00+05:00", "2026-03-01", -4 * 3600 - 1800),  # in UTC it is still February
        ("2026-02-28T23:30:00Z", "2026-02-28", 23 * 3600 + 1800),
    ],
)
def test_the_date_is_the_one_written_at_the_border(written: str, day: str, second: int) -> None:
    expected = day_number(datetime.fromisoformat(day).date()), second

    assert local_day_and_second(datetime.fromisoformat(written)) == expected


def test_a_time_without_an_offset_is_no_moment() -> None:
    with pytest.raises(TypeError, match="offset"):
        local_day_and_second(datetime.fromisoformat("2026-03-01T10:15:00"))


def at(fraction: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T10:15:00.{fraction}+05:00")


@pytest.mark.parametrize(
    ("earlier", "later"), [("B-9", "B-10"), ("B-000001", "B-000002"), ("B-4294967294", "B-4294967295")]
)
def test_a_source_s_running_number_orders_its_records_of_one_millisecond(earlier: str, later: str) -> None:
    assert source_order(at("500900"), earlier) < source_order(at("500100"), later)


@pytest.mark.parametrize("number", [9, 4_194_303, 4_294_967_295])
def test_the_time_goes_before_the_source_s_running_number(number: int) -> None:
    assert source_order(at("100999"), f"B-{number}") < source_order(at("101000"), f"B-{number + 1}")
    assert source_order(at("100999"), f"B-{number + 1}") < source_order(at("101000"), f"B-{number}")


@pytest.mark.parametrize("fraction", ["000000", "999999"])
@pytest.mark.parametrize("source_id", ["B-", "abc", "B-99999999999999999999999999", "B-4194303"])
def test_any_source_number_gives_an_order_of_32_bits(source_id: str, fraction: str) -> None:
    assert 0 <= source_order(at(fraction), source_id) < 2**32


def test_crossings_come_in_order_of_person_date_instant_source_and_fact() -> None:
    ordered = crossings(
        [
            (9, 100, 500, 7, True),  # person 0
            (5, 100, 600, 1, False),
            (8, 100, 600, 2, True),  # the same second: the source's own order
            (3, 101, -18_000, 9, False),  # the next date as written, though an earlier instant by UTC
            (1, 50, 0, 0, True),  # person 1
            (2, 50, 0, 0, False),  # nothing tells them apart but the fact, which does not depend on arrival
        ]
    )
    person = np.array([0, 0, 0, 0, 1, 1])

    for seed in range(50):
        shuffled = np.random.default_rng(seed).permutation(len(ordered))
        positions = arrange_crossings(person[shuffled], ordered[shuffled])
        assert ordered[shuffled][positions]["fact"].tolist() == ordered["fact"].tolist()
        assert person[shuffled][positions].tolist() == person.tolist()


rows = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.integers(-86_399, 172_799) | st.integers(0, 2), st.integers(0, 2)
)


@given(st.lists(rows, max_size=40), st.randoms(use_true_random=False))
def test_the_arranged_order_is_that_of_a_full_sort(many: list[tuple[int, int, int, int]], random: object) -> None:
    facts = list(range(len(many)))
    random.shuffle(facts)  # type: ignore[attr-defined]
    records = crossings([(fact, *row[1:], False) for fact, row in zip(facts, many, strict=True)])
    person = np.array([row[0] for row in many], np.int64)

    positions = arrange_crossings(person, records).tolist()

    assert positions == sorted(range(len(many)), key=lambda at: (*many[at], facts[at]))


def test_evidence_of_one_day_ends_with_the_strongest_kind() -> None:
    rows = [(1, 100, Kind.WORK_PERMIT), (2, 100, Kind.REGISTERED), (3, 100, Kind.DEREGISTERED), (4, 99, Kind.KANDAS)]
    evidence = np.array([(fact, day, kind, 71) for fact, day, kind in rows], EVIDENCE)

    assert evidence[arrange_evidence(np.zeros(4, np.int64), evidence)]["fact"].tolist() == [4, 1, 3, 2]


@pytest.mark.parametrize(
    ("without_end", "kinds"),
    [
        (Kind.TEMPORARY, [Kind.PROTECTION]),
        (Kind.WORK_PLACE, [Kind.WORK_PERMIT, Kind.EAEU_WORKER, Kind.EXEMPT_WORKER, Kind.BUSINESS]),
        (Kind.SETTLEMENT, [Kind.KANDAS]),
    ],
)
def test_a_sign_with_an_end_is_as_strong_as_the_same_without_one(without_end: Kind, kinds: list[Kind]) -> None:
    """So a region is the same whether a fact was stored before its end was, or since."""
    signs = [(1, 100, without_end, 71), *((number, 100, kind, 71) for number, kind in enumerate(kinds, 2))]
    evidence = np.array([*signs, (9, 100, Kind.REGISTERED, 71), (8, 100, Kind.ENDED, 0)], EVIDENCE)[::-1]

    arranged = evidence[arrange_evidence(np.zeros(len(evidence), np.int64), evidence)]

    assert arranged["fact"].tolist() == [8, *range(1, len(signs) + 1), 9]


def test_a_fact_brings_its_sign_and_the_end_of_it() -> None:
    told = np.array(
        [
            (1, 100, Kind.RESIDENCE_PERMIT, 71, 200, Kind.DEPARTED),
            (2, 0, 0, 0, 0, 0),  # tells nothing
            (3, 110, Kind.RESIDENCE_PERMIT, 75, 300, Kind.ENDED),
            (4, 120, Kind.REGISTERED, 39, 0, 0),
        ],
        FACT_EVIDENCE,
    )

    evidence, teller = evidence_of(told)

    assert evidence.tolist() == [
        (1, 100, Kind.RESIDENCE_PERMIT, 71),
        (3, 110, Kind.RESIDENCE_PERMIT, 75),
        (4, 120, Kind.REGISTERED, 39),
        (1, 200, Kind.DEPARTED, 71),
        (3, 300, Kind.ENDED, 0),
    ]
    assert told["fact"][teller].tolist() == evidence["fact"].tolist()
