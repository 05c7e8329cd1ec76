"""Withheld counts stay withheld: whatever is published, at least one other world with other small counts fits it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.disclosure.withholding import THRESHOLD, given_back, is_small, withheld

YEAR = {"year": 1, "q1": -1, "q2": -1, "q3": -1, "q4": -1}
ACTS = ("in", "out", "net")
TABLE = [
    *({f"{act}-year": 1, **{f"{act}-q{n}": -1 for n in range(1, 5)}} for act in ACTS),
    *({f"in-{at}": 1, f"out-{at}": -1, f"net-{at}": -1} for at in ("year", "q1", "q2", "q3", "q4")),
]
"""Arrivals, departures and net, by quarter and year: eight equations that hang together."""

COUNTS = st.one_of(st.integers(0, 8), st.integers(0, 5_000))


def of_quarters(*quarters: int) -> dict[str, int]:
    return {"year": sum(quarters), **{f"q{number}": value for number, value in enumerate(quarters, 1)}}


def small(values: dict[str, int]) -> set[str]:
    return {cell for cell, value in values.items() if is_small(value) and not cell.startswith("net")}


def test_a_small_quarter_takes_the_smallest_other_with_it() -> None:
    values = of_quarters(3, 40, 50, 60)
    assert withheld(values, [YEAR], small(values)) == {"q1", "q2"}


def test_nothing_small_nothing_withheld() -> None:
    assert withheld(of_quarters(0, 5, 6, 0), [YEAR], small(of_quarters(0, 5, 6, 0))) == set()


def test_small_ones_that_add_up_to_little_take_another_with_them() -> None:
    values = of_quarters(1, 1, 40, 50)
    assert withheld(values, [YEAR], small(values)) == {"q1", "q2", "q3"}


def test_what_was_published_before_is_no_complement() -> None:
    """The year becomes final after three of its quarters were published: it is the year that is withheld now."""
    values = of_quarters(40, 50, 60, 3)
    assert withheld(values, [YEAR], small(values), {"q1", "q2", "q3"}) == {"q4", "year"}


def test_two_equations_together_give_back_what_neither_does_alone() -> None:
    total, difference = {"a": 1, "b": 1, "sum": -1}, {"a": 1, "b": -1, "net": -1}
    assert given_back([total], {"a", "b"}) == set()
    assert given_back([total, difference], {"a", "b"}) == {"a", "b"}


@given(st.lists(COUNTS, min_size=8, max_size=8))
def test_no_sum_gives_a_small_count_back(counts: list[int]) -> None:
    values: dict[str, int] = {}
    for act, quarters in (("in", counts[:4]), ("out", counts[4:])):
        values |= {f"{act}-{at}": value for at, value in of_quarters(*quarters).items()}
    values |= {f"net-{at}": values[f"in-{at}"] - values[f"out-{at}"] for at in ("year", "q1", "q2", "q3", "q4")}
    protected = small(values)
    hidden = withheld(values, TABLE, protected)
    assert protected <= hidden
    assert not given_back(TABLE, hidden) & protected
    for equation in TABLE:
        inside = hidden & equation.keys()
        if inside & protected and inside != equation.keys() and len({equation[cell] > 0 for cell in inside}) == 1:
            assert not 0 < abs(sum(equation[cell] * values[cell] for cell in inside)) < THRESHOLD
    if not protected:
        assert hidden == set()
    assert not _determined(hidden) & protected, "numpy's algebra says the same as ours"


def _determined(hidden: set[str]) -> set[str]:
    """The hidden cells that every solution has one value for: without their column the equations lose a rank."""
    cells = sorted(hidden)
    matrix = np.array([[equation.get(at, 0) for at in cells] for equation in TABLE], float).reshape(len(TABLE), -1)
    rank = np.linalg.matrix_rank(matrix) if cells else 0
    return {
        cell
        for number, cell in enumerate(cells)
        if (np.linalg.matrix_rank(np.delete(matrix, number, 1)) if len(cells) > 1 else 0) < rank
    }
