"""The worked set H1-H14 of the method (5.1), crossing by crossing, by the array rule and by the plain one.

An expectation reads: status before -> after, what it is, days in the country / days observed. `?` = not known yet.
"""

from typing import NamedTuple

import numpy as np
import pytest

from services.accounting.rules.residence.initial import initial_status
from services.accounting.rules.residence.outcome import NOT_KNOWN
from tests.accounting.histories import by_arrays, day, history
from tests.accounting.oracle_residence import Crossing, Missing, Result, classify, days_in_country, missing


class Case(NamedTuple):
    history: str
    initial: int | None
    obs_end: str
    expected: tuple[str, ...]


CASES = {
    "H1": Case("A 2024-01-10", 0, "2026-01-01", ("0->1 migration 487/487",)),
    "H2": Case("A 2024-01-10", 0, "2024-12-10", ("0->? open 335/335",)),
    "H3": Case("A 2024-01-10", 0, "2025-01-09", ("0->1 migration 365/365",)),
    "H3 one day earlier": Case("A 2024-01-10", 0, "2025-01-08", ("0->? open 364/364",)),
    "H4": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-08-31", 0, "2026-06-01",
        ("0->1 migration 365/487", "1->1 none 365/487", "1->1 none 487/487"),
    ),
    "H5": Case(
        "A 2024-01-01, D 2024-05-01, A 2024-09-01", 0, "2026-06-01",
        ("0->0 none 364/487", "0->0 none 364/487", "0->1 migration 487/487"),
    ),
    "H6": Case(
        "A 2024-03-01, D 2024-10-01, A 2025-03-01, D 2025-10-01", 0, "2026-06-01",
        ("0->0 none 336/487", "0->0 none 214/487", "0->0 none 214/457", "0->0 none 0/243"),
    ),
    "H7": Case(
        "D 2024-07-01, A 2024-07-22", 1, "2026-06-01",
        ("1->1 none 466/487", "1->1 none 487/487"),
    ),
    "H8": Case(
        "D 2024-01-15, A 2024-08-01, D 2024-08-31, A 2025-04-01", 1, "2026-12-01",
        ("1->0 migration 75/487", "0->0 none 274/487", "0->0 none 274/487", "0->1 migration 487/487"),
    ),
    "H9": Case(
        "A 2024-01-01, D 2024-08-31, A 2024-12-31, D 2025-05-02", 0, "2026-12-01",
        ("0->1 migration 365/487", "1->0 migration 122/487", "0->0 none 122/487", "0->0 none 0/487"),
    ),
    "H10": Case(
        "A 2024-02-01, D 2024-02-21", 0, "2024-03-01",
        ("0->? open 20/29", "?->? none 0/9"),
    ),
    "H11": Case(
        "A 2024-01-01, A 2024-07-01", 0, "2026-06-01",
        ("0->1 migration 396/487", "1->1 none 487/487 imputed"),
    ),
    "H12": Case(
        "A 2024-01-01, D 2024-06-15, A 2024-06-15", 0, "2026-06-01",
        ("0->1 migration 487/487", "1->1 none 487/487", "1->1 none 487/487"),
    ),
    "H14": Case("D 2025-02-05", None, "2026-12-01", ("1->0 migration 0/487",)),
    # Beside the official set: what none of its histories tells apart.
    "midpoint of an odd gap": Case(
        "A 2024-01-01, A 2024-09-02", 0, "2026-06-01",
        ("0->0 none 364/487", "0->1 migration 487/487 imputed"),
    ),
    "older vintage": Case(
        "A 2024-01-10, A 2025-01-20", 0, "2025-01-09",
        ("0->1 migration 365/365",),
    ),
    "open, then back for longer than 243 days": Case(
        "A 2024-01-01, D 2024-08-30, A 2024-09-30, D 2024-10-10", 0, "2024-10-15",
        ("0->? open 252/288", "?->? none 10/46", "?->? open 10/15", "?->? open 0/5"),
    ),
}  # fmt: skip

REGISTER_START = "2024-01-01"  # of H14


def told(result: Result, days: tuple[int, int]) -> str:
    """A result in the words of the table."""
    status = {0: "0", 1: "1", None: "?"}
    kind = {True: "migration", False: "none", None: "open"}[result.migration]
    words = f"{status[result.before]}->{status[result.after]} {kind} {days[0]}/{days[1]}"
    return f"{words} imputed" if result.imputed else words


def initial_of(case: Case, crossings: list[Crossing]) -> int | None:
    """The case's initial status; where it is not given, what the first crossing tells of it."""
    if case.initial is not None:
        return case.initial
    first = np.array([crossings[0].day]), np.array([crossings[0].arrival])
    status = initial_status(*first, np.array([NOT_KNOWN], np.uint8), day(REGISTER_START))
    return int(status[0])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_crossing_of_the_worked_set(case: Case) -> None:
    crossings, obs_end = history(case.history), day(case.obs_end)
    initial = initial_of(case, crossings)
    days = days_in_country(crossings, obs_end)

    plain = classify(crossings, initial, obs_end)
    arrays, _, _ = by_arrays(crossings, initial, obs_end)

    assert tuple(map(told, plain, days)) == case.expected
    assert tuple(map(told, arrays, days)) == case.expected


def test_the_missed_departure_of_h11_is_imputed_at_the_midpoint() -> None:
    crossings, obs_end = history(CASES["H11"].history), day(CASES["H11"].obs_end)
    expected = [Missing(position=1, day=day("2024-04-01"), arrival=False, status=1)]

    assert missing(crossings, classify(crossings, 0, obs_end)) == expected
    assert by_arrays(crossings, 0, obs_end)[1] == expected


def test_h13_the_commuter_of_75_weeks_never_migrates() -> None:
    saturday, obs_end = day("2024-01-06"), day("2026-06-01")
    crossings = [
        crossing
        for week in range(75)
        for crossing in (Crossing(saturday + 7 * week, True), Crossing(saturday + 7 * week + 2, False))
    ]
    never = Result(before=0, after=0, migration=False, imputed=False)

    assert days_in_country(crossings, obs_end)[0] == (140, 487)
    assert classify(crossings, 0, obs_end) == [never] * 150
    assert by_arrays(crossings, 0, obs_end)[0] == [never] * 150


@pytest.mark.parametrize(
    ("crossings", "days"),
    [("A 2024-01-01", 365), ("A 2024-01-01, D 2024-01-11", 133), (CASES["H4"].history, 487)],
    ids=["stays on", "leaves on day 10 for good", "exact tie"],
)
def test_the_day_on_which_the_first_crossing_becomes_final(crossings: str, days: int) -> None:
    own, obs_end = history(crossings), day("2024-01-01") + days

    assert by_arrays(own, 0, obs_end - 1)[0][0].migration is None
    assert by_arrays(own, 0, obs_end)[0][0].migration is not None
