"""How the figures of a release hang together as they were counted: which of them are sums of others."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from services.accounting.rules.figures.figures import Key

Cell = tuple[str, Key, str]
"""A figure of a release: dataflow, key, period."""
Equation = Mapping[Cell, int]
"""The coefficients of cells whose sum is zero; the first is the whole."""

FLOW: Final = 0
FREQUENCY, INDICATOR, METHOD = range(3)
BALANCE: Final = "DF_BALANCE"
STOCK: Final = "DF_STOCK"
STOCK_AGE: Final = "DF_STOCK_AGE"
RESIDUAL: Final = "RESIDUAL"
QUARTERS: Final = ("Q1", "Q2", "Q3", "Q4")


class Sum(NamedTuple):
    """An indicator of a dataflow and method that is others added (1) and taken away (-1). A part of which there is no
    cell counts nobody."""

    flow: str
    method: str
    whole: str
    parts: Mapping[str, int]


def equations(
    cells: Collection[Cell], sums: Iterable[Sum], standing: Collection[tuple[str, str, str]]
) -> list[Equation]:
    """Every equation between `cells`. `standing` are (flow, indicator, method) counted at a period's end: a year is
    its last quarter, in DF_STOCK its first; of all others it is the sum of its quarters."""
    found = [*_of_years(cells, standing), *_of_balance(cells), *_of_stocks(cells)]
    for each in sums:
        found += _of_sum(cells, each)
    return found


def has_to_hold(equation: Equation) -> bool:
    """Whether its sum is zero where the tables add up: the residual of a balance and net migration make a known sum."""
    return all((flow, key[INDICATOR]) != (BALANCE, RESIDUAL) for flow, key, _ in equation)


def _of_years(cells: Collection[Cell], standing: Collection[tuple[str, str, str]]) -> Iterator[Equation]:
    for flow, key, period in cells:
        if key[FREQUENCY] != "A":
            continue
        quarters = [(flow, ("Q", *key[1:]), f"{period}-{each}") for each in QUARTERS]
        parts = quarters[-1:] if (flow, key[INDICATOR], key[METHOD]) in standing else quarters
        if flow == STOCK:  # on a period's first day
            parts = quarters[:1]
        if all(part in cells for part in parts):
            yield {(flow, key, period): 1, **dict.fromkeys(parts, -1)}


def _of_stocks(cells: Collection[Cell]) -> Iterator[Equation]:
    """The total of all ages is the total of all purposes: a stock stands in both dataflows."""
    for flow, key, period in cells:
        if flow == STOCK_AGE and key[-1] == "_T" and (same := (STOCK, key, period)) in cells:
            yield {(flow, key, period): 1, same: -1}


def _of_sum(cells: Collection[Cell], sum: Sum) -> Iterator[Equation]:
    for flow, key, period in cells:
        if (flow, key[INDICATOR], key[METHOD]) != (sum.flow, sum.whole, sum.method):
            continue
        parts = {(flow, (key[FREQUENCY], code, *key[METHOD:]), period): -factor for code, factor in sum.parts.items()}
        if present := {part: factor for part, factor in parts.items() if part in cells}:
            yield {(flow, key, period): 1, **present}


def _of_balance(cells: Collection[Cell]) -> Iterator[Equation]:
    """Net migration stands in DF_FLOW and in DF_BALANCE; the residual tells it too, since all else there is published
    (their sum is not zero, but it is known)."""
    for flow, key, period in cells:
        frequency, indicator, method, *_ = key
        if (flow, indicator) != (BALANCE, "NET"):
            continue
        carried = ("DF_FLOW", (frequency, "NET", method, "KZ", "_T", "_T", "_T", "_T", "_T"), period)
        residual = (BALANCE, (frequency, RESIDUAL, *key[METHOD:]), period)
        yield from (
            {(flow, key, period): 1, other: sign} for other, sign in ((carried, -1), (residual, 1)) if other in cells
        )
