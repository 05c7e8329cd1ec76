"""Where a migration leads to or starts from."""

import numpy as np
import pytest

from services.accounting.rules.residence.history import EVIDENCE, Kind
from services.accounting.rules.residence.region import RegionEvidence

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
