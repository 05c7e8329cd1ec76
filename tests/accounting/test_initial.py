"""Status before the first crossing."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.residence.history import CROSSING, EVIDENCE, Kind, arrange_evidence
from services.accounting.rules.residence.initial import initial_status, registered_status, stated_status
from services.accounting.rules.residence.outcome import NON_RESIDENT, NOT_KNOWN, RESIDENT
from tests.accounting import oracle_account as oracle

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
        (Kind.ENDED, NOT_KNOWN),
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


Told = tuple[int, int, Kind]  # fact, day, kind


def of_facts(*told: Told) -> int:
    """Status before a first crossing on day 1,000, by one person's evidence in any order."""
    return int(statuses([told], [1_000])[0])


def statuses(people: Sequence[Sequence[Told]], first_days: Sequence[int]) -> np.ndarray:
    records = np.array([(fact, day, kind, 71) for told in people for fact, day, kind in told], EVIDENCE)
    person = np.repeat(np.arange(len(people)), [len(told) for told in people])
    order = arrange_evidence(person, records)
    return registered_status(len(people), person[order], records[order], np.array(first_days))


def permit(fact: int, granted: int, ended: int, how: Kind = Kind.ENDED) -> tuple[Told, Told]:
    return (fact, granted, Kind.RESIDENCE_PERMIT), (fact, ended, how)


@pytest.mark.parametrize("ended", [500, 501, 999])
def test_a_permit_that_ended_before_the_first_crossing_proves_nothing(ended: int) -> None:
    assert of_facts(*permit(1, 500, ended)) == NOT_KNOWN


@pytest.mark.parametrize("ended", [1_000, 9_000])
def test_a_permit_that_ends_on_the_day_of_the_first_crossing_or_later_proves_residence(ended: int) -> None:
    assert of_facts(*permit(1, 500, ended)) == RESIDENT


def test_who_left_for_good_at_the_end_of_a_permit_was_no_resident() -> None:
    assert of_facts(*permit(1, 500, 700, Kind.DEPARTED)) == NON_RESIDENT
    assert of_facts(*permit(1, 500, 700, Kind.DEPARTED), (2, 800, Kind.REGISTERED)) == RESIDENT


@pytest.mark.parametrize("day", [400, 500, 600, 700, 800])
def test_the_end_of_a_permit_takes_no_other_proof_of_residence_back(day: int) -> None:
    assert of_facts(*permit(1, 500, 700), (2, day, Kind.REGISTERED)) == RESIDENT
    assert of_facts(*permit(1, 500, 700), (2, day, Kind.RESIDENCE_PERMIT)) == RESIDENT


def test_the_end_of_a_permit_does_not_bring_an_earlier_departure_back() -> None:
    assert of_facts((1, 400, Kind.DEPARTED), *permit(2, 500, 700)) == NOT_KNOWN
    assert of_facts(*permit(2, 500, 700), (1, 600, Kind.DEPARTED)) == NON_RESIDENT


days = st.integers(1, 8)
ends = st.sampled_from((Kind.ENDED, Kind.DEPARTED))
signs = st.tuples(days, st.sampled_from([kind for kind in Kind if kind != Kind.ENDED])).map(lambda one: [one])
permits = st.tuples(days, days, ends).map(
    lambda term: [(min(term[:2]), Kind.RESIDENCE_PERMIT), (max(term[:2]), term[2])]
)
lives = st.tuples(st.lists(signs | permits, max_size=6), days)


@given(st.lists(lives, min_size=1, max_size=6))
def test_it_is_the_status_of_the_plain_reading(people: list[tuple[list[list[tuple[int, Kind]]], int]]) -> None:
    told = [
        [(n, *one) for n, fact in enumerate(facts, 10 * who) for one in fact] for who, (facts, _) in enumerate(people)
    ]
    first_days = [day for _, day in people]
    expected = []
    for one, first_day in zip(told, first_days, strict=True):
        seen = sorted((oracle.Sign(day, kind, fact, 71) for fact, day, kind in one), key=oracle.arranged)
        expected.append(oracle.registered(seen, first_day))

    found = statuses(told, first_days).tolist()

    assert [None if status == NOT_KNOWN else status for status in found] == expected
