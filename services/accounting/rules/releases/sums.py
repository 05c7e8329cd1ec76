"""Whether the tables of a release add up: the sums between its figures that do not hold, and why (2-services A9b)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal, NamedTuple

from services.accounting.rules.releases.equations import INDICATOR, METHOD, Cell, Equation, has_to_hold

Why = Literal["counted_once", "unexplained"]
WHY: Final[tuple[Why, Why]] = ("counted_once", "unexplained")


class Gap(NamedTuple):
    """A whole that differs from its parts: by how much it is more than they are (less, below 0). `parts` are periods or
    indicators: those that are taken away with a minus, those of another dataflow with its name. `withheld`: one of its
    figures was, in a release that withheld small counts; the gap is shown to nobody then."""

    flow: str
    key: str
    period: str
    parts: str
    gap: int
    why: Why
    withheld: bool


def gaps(
    values: Mapping[Cell, int],
    equations: Iterable[Equation],
    persons: Collection[tuple[str, str, str]],
) -> list[Gap]:
    """The equations that do not hold. The first cell of each is the whole. `persons` are (flow, indicator, method) that
    count persons, each once in every total: their wholes may be less than their parts."""
    found: list[Gap] = []
    for equation in filter(has_to_hold, equations):
        whole = next(iter(equation))
        gap = sum(factor * values[cell] for cell, factor in equation.items())
        if gap:
            why = WHY[0] if gap < 0 and _place(whole) in persons else WHY[1]
            flow, key, period = whole
            parts = ",".join(_part(whole, cell, factor) for cell, factor in equation.items() if cell != whole)
            found.append(Gap(flow, ".".join(key), period, parts, gap, why, withheld=False))
    return found


def _place(cell: Cell) -> tuple[str, str, str]:
    flow, key, _ = cell
    return flow, key[INDICATOR], key[METHOD]


def _part(whole: Cell, cell: Cell, factor: int) -> str:
    flow, key, period = cell
    name = period if period != whole[2] else key[INDICATOR]
    name = name if flow == whole[0] else f"{flow}/{name}"
    return f"-{name}" if factor > 0 else name
