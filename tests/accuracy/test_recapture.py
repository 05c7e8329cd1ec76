"""Capture-recapture: Chapman's numbers, an interval that holds the truth, and the two lists of a written country."""

from datetime import date

import numpy as np
import pytest

from deploy.simulation.truth import TrueRecord
from tests.accuracy.recapture import chapman, last_left_to_work, registered_on


def record(life: int, path: str, id: str, day: str, what: str, version: int = 0, act: str = "create",
           purpose: str = "work") -> TrueRecord:  # fmt: skip
    on = date.fromisoformat(day)
    service = "consular" if path.startswith("consular") else "portal"
    return TrueRecord(service, path, id, act, version, life, on, on, (), what, "KAZ:N1", "", "", "KOR", purpose)


def test_chapmans_estimate_is_that_of_the_textbook() -> None:
    """(n + 1)(K + 1) / (k + 1) - 1 with n = 10, K = 15, k = 5."""
    found = chapman(range(10), range(5, 20))
    assert found.value == pytest.approx(11 * 16 / 6 - 1)
    assert found.std_error == pytest.approx((11 * 16 * 5 * 10 / (6**2 * 7)) ** 0.5)
    assert found.naive == 15


def test_a_list_that_lies_within_the_other_leaves_the_interval_open() -> None:
    found = chapman(range(10), range(100))
    assert found.high > 100 + 1, "ten who were met again say little of the rest"


def test_the_interval_holds_the_truth_as_often_as_it_says_where_lists_are_independent() -> None:
    random = np.random.default_rng(3)
    inside, trials, true = 0, 400, 150
    for _ in range(trials):
        first, second = (np.flatnonzero(random.random(true) < chance).tolist() for chance in (0.15, 0.75))
        found = chapman(first, second)
        inside += found.low <= true <= found.high
    assert inside / trials > 0.95 - 4 * (0.95 * 0.05 / trials) ** 0.5


def test_who_came_home_or_was_withdrawn_is_in_neither_list() -> None:
    border, consular, day = "border-crossings", "consular-registrations", date(2024, 12, 31)
    records = [
        record(1, border, "a", "2024-02-01", "exit"),
        record(1, consular, "k", "2024-02-05", ""),
        record(2, border, "b", "2024-02-01", "exit"),
        record(2, consular, "l", "2024-02-05", ""),
        record(2, border, "c", "2024-10-01", "entry"),
        record(3, consular, "m", "2024-02-05", ""),
        record(3, consular, "m", "2024-02-05", "", version=1, act="withdraw"),
        record(4, border, "d", "2024-02-01", "exit", purpose="private"),
        record(5, border, "e", "2025-01-01", "exit"),
    ]
    assert registered_on(records, day) == {1}
    assert last_left_to_work(records, day) == {1}
