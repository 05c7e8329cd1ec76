"""Status before the first crossing."""

import numpy as np
import pytest

from services.accounting.rules.history import CROSSING, EVIDENCE, Kind
from services.accounting.rules.initial import initial_status, registered_status, stated_status
from services.accounting.rules.outcome import NON_RESIDENT, NOT_KNOWN, RESIDENT

START = 10_000


def initial(day: int, arrival: bool, evidence: int = NOT_KNOWN) -> int:
    status = initial_status(np.array([day]), np.array([arrival]), np.array([evidence], np.uint8), START)
    return int(status[0])


def test_after_365_days_of_the_register_the_first_crossing_speaks_for_itself() -> None:
    assert initial(START + 365, arrival=False) == RESIDENT
    assert initial(START + 365, arrival=True) == NON_RESIDENT


def test_then_no_other_evidence_is_asked() -> None:
    assert initial(START + 365, arrival=True, evidence=RESIDENT) == NON_RESIDENT


@pytest.mark.parametrize("arrival", [True, False])
@pytest.mark.parametrize("evidence", [NON_RESIDENT, RESIDENT, NOT_KNOWN])
def test_before_that_only_other_evidence_tells_and_citizenship_is_none(arrival: bool, evidence: int) -> None:
    assert initial(START + 364, arrival, evidence) == evidence


def test_what_the_source_states_counts_by_the_earliest_crossing_that_states_anything() -> None:
    records = np.zeros(6, CROSSING)
    records["stated"] = [NOT_KNOWN, 1, 0, NOT_KNOWN, 0, 1]
    person = np.array([0, 0, 0, 2, 3, 3])

    assert stated_status(4, person, records).tolist() == [RESIDENT, NOT_KNOWN, NOT_KNOWN, NON_RESIDENT]


def registered(*evidence: tuple[int, Kind], first_day: int = 1_000) -> int:
    records = np.array([(1, day, kind, 71) for day, kind in evidence], EVIDENCE)
    status = registered_status(1, np.zeros(len(records), np.int64), records, np.array([first_day]))
    return int(status[0])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.REGISTERED, RESIDENT),
        (Kind.RESIDENCE_PERMIT, RESIDENT),
        (Kind.DEPARTED, NON_RESIDENT),
        (Kind.DEREGISTERED, NOT_KNOWN),
        (Kind.TEMPORARY, NOT_KNOWN),
        (Kind.WORK_PERMIT, NOT_KNOWN),
        (Kind.KANDAS, NOT_KNOWN),
    ],
)
def test_what_each_kind_of_evidence_tells(kind: Kind, status: int) -> None:
    assert registered((900, kind)) == status


def test_the_latest_telling_evidence_counts() -> None:
    assert registered((800, Kind.REGISTERED), (900, Kind.DEPARTED)) == NON_RESIDENT
    assert registered((800, Kind.DEPARTED), (900, Kind.REGISTERED), (950, Kind.WORK_PERMIT)) == RESIDENT


def test_evidence_of_the_crossing_s_day_or_later_says_nothing_of_before() -> None:
    assert registered((1_000, Kind.REGISTERED)) == NOT_KNOWN
    assert registered((999, Kind.REGISTERED)) == RESIDENT


def test_who_has_no_evidence_is_not_known() -> None:
    assert registered() == NOT_KNOWN
