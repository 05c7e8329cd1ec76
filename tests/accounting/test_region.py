"""Where a migration leads to or starts from."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.residence.history import EVIDENCE, Kind
from services.accounting.rules.residence.region import RegionEvidence, of_its_day
from shared.kernel.codes import Code, code_list

DAY = 1_000


def region(*evidence: tuple[int, int], arrival: bool, kind: Kind = Kind.REGISTERED) -> int:
    """Region of a crossing on DAY by (day, region) of one person."""
    records = np.array([(1, day, kind, code) for day, code in evidence], EVIDENCE)
    found = RegionEvidence(np.full(len(records), 1, np.int64), records)
    return int(found.of(np.array([1]), np.array([DAY]), np.array([arrival]))[0])


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (((DAY - 5, 11), (DAY, 71), (DAY + 5, 75)), 71),
        (((DAY - 5, 11), (DAY + 486, 75)), 75),
        (((DAY - 5, 11), (DAY + 487, 75)), 11),  # outside the window
        (((DAY - 5, 11), (DAY - 3, 15)), 15),
        (((DAY + 487, 75),), 0),
        ((), 0),
    ],
)
def test_an_arrival_s_region_is_the_earliest_evidence_after_it_else_the_latest_before(
    evidence: tuple[tuple[int, int], ...], expected: int
) -> None:
    assert region(*evidence, arrival=True) == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (((DAY - 5, 11), (DAY, 71), (DAY + 5, 75)), 71),
        (((DAY - 5, 11), (DAY - 3, 15)), 15),
        (((DAY + 1, 75),), 0),
        ((), 0),
    ],
)
def test_a_departure_s_region_is_the_latest_evidence_until_its_day(
    evidence: tuple[tuple[int, int], ...], expected: int
) -> None:
    assert region(*evidence, arrival=False) == expected


@pytest.mark.parametrize("arrival", [True, False])
def test_evidence_without_a_region_is_passed_over(arrival: bool) -> None:
    assert region((DAY - 9, 11), (DAY, 0), arrival=arrival) == 11


@pytest.mark.parametrize("arrival", [True, False])
def test_on_one_day_the_last_arranged_evidence_counts(arrival: bool) -> None:
    assert region((DAY, 11), (DAY, 71), arrival=arrival) == 71


def test_nobody_gets_the_region_of_another_person() -> None:
    records = np.array([(1, DAY - 1, 1, 11), (2, DAY + 1, 1, 71)], EVIDENCE)
    evidence = RegionEvidence(np.array([0, 2]), records)
    person, day = np.array([0, 1, 1, 2, 2, 3]), np.full(6, DAY)
    arrival = np.array([True, True, False, True, False, True])

    assert evidence.of(person, day, arrival).tolist() == [11, 0, 0, 71, 0, 0]


CUT, REFORM = day_number(date(2018, 6, 19)), day_number(date(2022, 6, 8))


@pytest.mark.parametrize(
    ("day", "known", "published"),
    [
        (CUT - 1, 51, 51),
        (CUT, 51, 0),  # Turkistan or Shymkent: not known which
        (CUT - 1, 61, 51),
        (CUT - 1, 79, 51),
        (CUT, 79, 79),
        (REFORM - 1, 10, 63),
        (REFORM - 1, 33, 19),
        (REFORM - 1, 62, 35),
        (REFORM, 62, 62),
        (REFORM, 63, 63),
    ],
)
def test_a_region_is_published_as_that_of_the_crossing_s_day(day: int, known: int, published: int) -> None:
    assert of_its_day(np.array([known], np.uint8), np.array([day])).tolist() == [published]


def test_whoever_registered_after_the_cut_had_arrived_in_what_was_there_before() -> None:
    evidence = np.array([(1, CUT + 9, Kind.REGISTERED, 61)], EVIDENCE)
    found = RegionEvidence(np.array([1]), evidence)
    assert found.of(np.array([1]), np.array([CUT - 9]), np.array([True])).tolist() == [51]


@given(st.sampled_from(code_list("regions").under("KZ")), st.dates(date(1992, 1, 1), date(2030, 1, 1)))
def test_no_region_is_published_of_a_day_on_which_it_was_none(region: Code, day: date) -> None:
    (found,) = of_its_day(np.array([int(region.code)], np.uint8), np.array([day_number(day)])).tolist()
    assert found == 0 or code_list("regions")[str(found)].holds_on(day)
    assert found == int(region.code) or not region.holds_on(day)
