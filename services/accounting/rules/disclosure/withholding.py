"""Cell suppression for what everybody reads: small counts are withheld, and with them as many others (complements) as
are needed so that no total minus the others gives them back.

Figures hang together by equations: a year is the sum of its quarters, a net flow is arrivals less departures. A figure
is given back if the equations, with everything that is published put in, leave it one value. What is withheld
together must also not be a small count as a whole: three withheld cells that add up to 3 are three ones.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeVar

THRESHOLD: Final = 5
"""A count below it is withheld (issue 7, point 6). A zero counts nobody, and stays."""

Cell = TypeVar("Cell")
Equation = Mapping[Cell, int]
"""The coefficients of cells whose sum is zero."""


def is_small(count: int) -> bool:
    return 0 < count < THRESHOLD


def withheld(
    values: Mapping[Cell, int],
    equations: Sequence[Equation[Cell]],
    protected: Collection[Cell],
    published: Collection[Cell] = (),
) -> set[Cell]:
    """What must not be published of `values`: the `protected` cells and their complements.

    An equation holds between cells of `values`. `published` cells were published before with the values that they
    still have: withholding them now hides nothing, so they are complements only where there are no others.
    """
    hidden = set(protected)
    while complements := _complements(values, equations, hidden, protected):
        hidden.add(min(complements, key=lambda cell: _cost(cell, values, published)))
    return hidden


def given_back(equations: Iterable[Equation[Cell]], hidden: Collection[Cell]) -> set[Cell]:
    """The hidden cells that the equations leave one value, once all others are known."""
    return {next(iter(row)) for row in _reduced(equations, hidden) if len(row) == 1}


def _complements(
    values: Mapping[Cell, int], equations: Sequence[Equation[Cell]], hidden: set[Cell], protected: Collection[Cell]
) -> set[Cell]:
    """What is not hidden of equations that give back a protected cell, by themselves or through what others give back,
    or of which the hidden part is a small sum with a protected cell in it."""
    found = given_back(equations, hidden)
    found = found if found & set(protected) else set()
    complements: set[Cell] = set()
    for equation in equations:
        inside = hidden & equation.keys()
        small = not inside.isdisjoint(protected) and _adds_up_to_little(values, equation, inside)
        if small or inside & found:
            complements |= equation.keys() - hidden
    return complements


def _adds_up_to_little(values: Mapping[Cell, int], equation: Equation[Cell], inside: set[Cell]) -> bool:
    same_side = len({equation[cell] > 0 for cell in inside}) == 1
    return (
        inside != equation.keys()
        and same_side
        and 0 < abs(sum(equation[cell] * values[cell] for cell in inside)) < THRESHOLD
    )


def _cost(cell: Cell, values: Mapping[Cell, int], published: Collection[Cell]) -> tuple[bool, bool, int]:
    """The smallest first; of what was published before, or is nothing, only what must be."""
    return cell in published, values[cell] == 0, abs(values[cell])


def _reduced(equations: Iterable[Equation[Cell]], hidden: Collection[Cell]) -> list[dict[Cell, Fraction]]:
    """The equations in the hidden cells alone, in reduced row echelon form: each row's pivot stands in no other."""
    rows: list[tuple[Cell, dict[Cell, Fraction]]] = []
    for equation in equations:
        row = {cell: Fraction(factor) for cell, factor in equation.items() if cell in hidden}
        for pivot, other in rows:
            _subtract(row, other, pivot)
        if not row:
            continue
        pivot, factor = next(iter(row.items()))
        row = {cell: value / factor for cell, value in row.items()}
        for _, other in rows:
            _subtract(other, row, pivot)
        rows.append((pivot, row))
    return [row for _, row in rows]


def _subtract(row: dict[Cell, Fraction], other: Mapping[Cell, Fraction], pivot: Cell) -> None:
    """Takes `other`, whose factor of `pivot` is 1, away from `row` until the pivot is gone."""
    if factor := row.get(pivot):
        for cell, value in other.items():
            row[cell] = row.get(cell, Fraction(0)) - factor * value
            if not row[cell]:
                del row[cell]
