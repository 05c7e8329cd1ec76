"""The worked set H1-H14 (5.1) by the other methods of 5.2, checked by hand, by the array rules and by the plain ones.

U98 reads `start..end term`, `?` for an end that is not known and `!` behind one that is certain; M12 the first days of
months from which on somebody is resident (+) or no longer (-), `(+)` on the first reference date of all. The register
begins on 2023-01-01, so the first reference date is 2024-01-01.
"""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounting.rules.figures.dimensions import day_of
from services.accounting.rules.residence.joined_stays import NONE, Term, joined_stays
from services.accounting.rules.residence.joined_stays import due as stays_due
from services.accounting.rules.residence.majority import turns
from services.accounting.rules.residence.presence import Passages
from services.accounting.rules.residence.residence import NEVER
from tests.accounting.histories import Histories, day, gather, generate, history
from tests.accounting.oracle_lines import m12, u98
from tests.accounting.oracle_residence import Crossing

REGISTER_START = day("2023-01-01")


class Case(NamedTuple):
    history: str
    initial: int | None
    obs_end: str
    u98: str
    m12: str


CASES = {
    "H1": Case("A 2024-01-10", 0, "2026-01-01", "2024-01-10..? long", "+2024-08"),  # 11 July has 183 days
    "H2": Case("A 2024-01-10", 0, "2024-12-10", "2024-01-10..? open", "+2024-08"),
    "H3": Case("A 2024-01-10", 0, "2025-01-09", "2024-01-10..? long", "+2024-08"),
    # 121 days away end the first stay, 365 days of the window or not: 121 days short-term, then a long one.
    "H4": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-08-31", 0, "2026-06-01",
        "2024-01-01..2024-05-01! short, 2024-08-31..? long", "+2024-11",
    ),
    "H5": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-09-01", 0, "2026-06-01",
        "2024-01-01..2024-05-01! short, 2024-09-01..? long", "+2024-12",
    ),
    # The seasonal worker: 214 days of each year, so resident on 1 October as on 1 January, and all the time between.
    "H6": Case(
        "A 2024-03-01, D 2024-10-01, A 2025-03-01, D 2025-10-01", 0, "2026-06-01",
        "2024-03-01..2024-10-01! short, 2025-03-01..2025-10-01! short", "+2024-09 -2026-05",
    ),
    "H7": Case("D 2024-07-01, A 2024-07-22", 1, "2026-06-01", "?..? long", "(+)2024-01"),
    # 30 days at home are a visit; he is no resident from 1 August to 1 October of the next year.
    "H8": Case(
        "D 2024-01-15, A 2024-08-01, D 2024-08-31, A 2025-04-01", 1, "2026-12-01",
        "?..2024-01-15! long, 2024-08-01..2024-08-31! visit, 2025-04-01..? long", "(+)2024-01 -2024-08 +2025-10",
    ),
    "H9": Case(
        "A 2024-01-01, D 2024-08-31, A 2024-12-31, D 2025-05-02", 0, "2026-12-01",
        "2024-01-01..2024-08-31! short, 2024-12-31..2025-05-02! short", "+2024-08 -2025-08",
    ),
    "H10": Case("A 2024-02-01, D 2024-02-21", 0, "2024-03-01", "2024-02-01..2024-02-21 open", ""),
    # The missing departure falls on 2024-04-01; 91 days later he is back.
    "H11": Case(
        "A 2024-01-01, A 2024-07-01", 0, "2026-06-01",
        "2024-01-01..2024-04-01! short, 2024-07-01..? long", "+2024-10",
    ),
    "H12": Case("A 2024-01-01, D 2024-06-15, A 2024-06-15", 0, "2026-06-01", "2024-01-01..? long", "+2024-08"),
    "H14": Case("D 2025-02-05", None, "2026-12-01", "?..2025-02-05! undetermined", "(+)2024-01 -2025-09"),
    # Beside the set: what none of its histories tells apart.
    "an absence of 89 days joins": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-07-29", 0, "2025-01-01", "2024-01-01..? long", "+2024-10"
    ),
    "an absence of 90 days parts": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-07-30", 0, "2025-01-01",
        "2024-01-01..2024-05-01! short, 2024-07-30..? open", "+2024-10",
    ),
    "89 days are a visit": Case("A 2024-01-01, D 2024-03-30", 0, "2025-01-01", "2024-01-01..2024-03-30! visit", ""),
    "90 days are a short-term stay": Case(
        "A 2024-01-01, D 2024-03-31", 0, "2025-01-01", "2024-01-01..2024-03-31! short", ""
    ),
    "364 days are a short-term stay": Case(
        "A 2023-01-01, D 2023-12-31", 0, "2025-01-01", "2023-01-01..2023-12-31! short", "(+)2024-01 -2024-07"
    ),
    "who may still come back is open": Case(
        "A 2024-01-01, D 2024-10-01", 0, "2024-12-29", "2024-01-01..2024-10-01 open", "+2024-08"
    ),
}  # fmt: skip
SATURDAY, MONDAY = day("2024-01-06"), day("2024-01-08")
COMMUTER = [
    Crossing(first + 7 * week, arrival) for week in range(75) for first, arrival in ((SATURDAY, True), (MONDAY, False))
]


def by_arrays(histories: Histories, obs_end: int) -> tuple[Passages, np.ndarray]:
    """Passages of the observed crossings, and each bound's person's number."""
    person = np.repeat(np.arange(len(histories.lengths)), histories.lengths)
    seen = histories.day < obs_end
    return Passages.of(person[seen], histories.day[seen], histories.arrival[seen]), person


def told_u98(histories: Histories, obs_end: int) -> list[tuple[int, int | None, int | None, str, bool]]:
    bounds, _ = by_arrays(histories, obs_end)
    found = joined_stays(bounds, histories.initial, obs_end)
    columns = (found.person, found.start, found.end, found.term, found.ended)
    return [
        (person, None if start == NONE else start, None if end == NONE else end, Term(term).name.lower(), ended)
        for person, start, end, term, ended in zip(*(each.tolist() for each in columns), strict=True)
    ]


def plain_u98(histories: Histories, obs_end: int) -> list[tuple[int, int | None, int | None, str, bool]]:
    return [
        (person, stay.start, stay.end, term, ended)
        for person, (crossings, initial) in enumerate(histories.persons())
        for stay, term, ended in u98(crossings, initial, obs_end)
    ]


def told_m12(histories: Histories, obs_end: int, register_start: int = REGISTER_START) -> list[tuple[int, str]]:
    bounds, _ = by_arrays(histories, obs_end)
    found, _ = turns(bounds, len(histories.lengths), register_start, obs_end)
    return [
        (person, ("(+)" if first else "+" if resident else "-") + str(np.datetime64(month, "M")))
        for person, month, resident, first, _ in zip(*(each.tolist() for each in found), strict=True)
    ]


def plain_m12(histories: Histories, obs_end: int, register_start: int = REGISTER_START) -> list[tuple[int, str]]:
    told = []
    for person, (crossings, _) in enumerate(histories.persons()):
        before, first = False, True
        if not any(crossing.day < obs_end for crossing in crossings):
            continue
        for reference, resident in m12(crossings, register_start, obs_end).items():
            if resident != before:
                told.append((person, ("(+)" if first else "+" if resident else "-") + f"{reference:%Y-%m}"))
            before, first = resident, False
    return told


def shown(start: int | None, end: int | None, term: str, ended: bool) -> str:
    return f"{'?' if start is None else day_of(start)}..{'?' if end is None else day_of(end)}{'!' * ended} {term}"


@pytest.mark.parametrize("name", CASES)
def test_each_method_says_what_was_checked_by_hand(name: str) -> None:
    case = CASES[name]
    obs_end, histories = day(case.obs_end), gather([(history(case.history), case.initial)])
    assert ", ".join(shown(*stay[1:]) for stay in told_u98(histories, obs_end)) == case.u98
    assert " ".join(turn for _, turn in told_m12(histories, obs_end)) == case.m12
    assert told_u98(histories, obs_end) == plain_u98(histories, obs_end)
    assert told_m12(histories, obs_end) == plain_m12(histories, obs_end)


def test_the_commuter_has_one_long_stay_and_is_never_resident_for_most_of_a_year() -> None:
    """H13: two days a week. Absences of five days join by the letter of U98."""
    histories = gather([(COMMUTER, 0)])
    assert told_u98(histories, day("2026-06-01")) == [(0, SATURDAY, MONDAY + 7 * 74, "long", True)]
    assert told_m12(histories, day("2026-06-01")) == []


@pytest.mark.parametrize(("seed", "obs_end"), [(1, "2026-01-01"), (2, "2024-07-17")])
def test_arrays_equal_the_plain_rules(seed: int, obs_end: str) -> None:
    histories = generate(150, seed, day("2022-06-01"), day("2025-12-31"))
    stays, residents = told_u98(histories, day(obs_end)), told_m12(histories, day(obs_end))
    assert stays == plain_u98(histories, day(obs_end))
    assert residents == plain_m12(histories, day(obs_end))
    assert {term for *_, term, _ in stays} == {term.name.lower() for term in Term}
    assert len(residents) > 50


@settings(max_examples=25)
@given(
    gaps=st.lists(st.integers(0, 420), max_size=8),
    arrival=st.booleans(),
    lost=st.sets(st.integers(0, 7), max_size=2),
    initial=st.sampled_from((0, 1, None)),
    beyond=st.integers(1, 500),
    parts=st.lists(st.integers(1, 99), min_size=2, max_size=2),
)
def test_nothing_changes_before_it_is_due(
    gaps: list[int], arrival: bool, lost: set[int], initial: int | None, beyond: int, parts: list[int]
) -> None:
    """More days of the same data change what a method says on the due day, and on no day before."""
    days = np.cumsum([day("2023-03-01"), *gaps]).tolist()
    crossings = [Crossing(on, arrival ^ bool(n % 2)) for n, on in enumerate(days) if n not in lost]
    histories = gather([(crossings, initial)])
    obs_end = days[-1] + beyond
    bounds, _ = by_arrays(histories, obs_end)
    due = int(
        min(
            turns(bounds, 1, REGISTER_START, obs_end)[1][0],
            stays_due(joined_stays(bounds, histories.initial, obs_end), 1, obs_end)[0],
        )
    )
    first = (counted(histories, obs_end), told_m12(histories, obs_end))
    last = min(due, obs_end + 800) - 1
    for later in (last, *(obs_end + (last - obs_end) * part // 100 for part in parts)):
        assert (counted(histories, later), told_m12(histories, later)) == first
    if due != NEVER:
        assert (counted(histories, due), told_m12(histories, due)) != first


def counted(histories: Histories, obs_end: int) -> list[tuple[int | None, int | None, str, bool]]:
    """The stays as figures count them: an open one from 90 days on, its end once it has so many."""
    return [
        (start, end, term, ended)
        for _, start, end, term, ended in told_u98(histories, obs_end)
        if term in ("long", "short", "undetermined") or (end or obs_end) - (start or 0) >= 90
    ]
