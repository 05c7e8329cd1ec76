"""The fixed public cubes: by which combinations of its dimensions a dataflow is released, and how often (`cubes.toml`).

A `Margin` names the dimensions that are not at their totals. With a margin its parts are released, too, so that
whoever reads a cross table reads its edges.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Final

from services.accounting.rules.figures.dataflows import FLOWS, Flow

Margin = frozenset[str]
"""Ids of the dimensions of a dataflow that are not at their totals; none: the whole country."""
Cubes = Mapping[Margin, frozenset[str]]
"""Of one dataflow: the margins that are released, and the frequencies of each."""
BY: Final = " x "


def named(flow: Flow, margin: Collection[str]) -> str:
    """`SEX x AGE`: the margin's dimensions in the order of the dataflow's; the nation's is empty."""
    return _named(flow.id, frozenset(margin))


@cache
def _named(flow: str, margin: Margin) -> str:
    return BY.join(each.id for each in FLOWS[flow].dimensions if each.id in margin)


def margin_of(flow: Flow, key: tuple[str, ...]) -> Margin:
    """In which dimensions a key is finer than the total."""
    return _margin(flow.id, key)


@lru_cache(100_000)
def _margin(flow: str, key: tuple[str, ...]) -> Margin:
    dimensions = FLOWS[flow].dimensions
    return frozenset(each.id for each, code in zip(dimensions, key, strict=True) if each.total not in (None, code))


def nation(flow: str) -> Cubes:
    """Of the cubes of a dataflow the years and quarters of the whole country alone."""
    return {margin: often & {"A", "Q"} for margin, often in cubes(flow).items() if not margin}


@cache
def cubes(flow: str) -> Cubes:
    """What is released of a dataflow; nothing of one whose figures are not frozen (DF_REVISION is reckoned from what
    is)."""
    found: dict[Margin, frozenset[str]] = {}
    for frequency, margins in _TABLE.get(flow, {}).items():
        for margin in ("", *margins):
            for part in _parts(frozenset(margin.split(BY)) - {""}):
                found[part] = found.get(part, frozenset()) | {frequency}
    return found


def asked_at_once(every: Cubes) -> Cubes:
    """What has to be counted so that all cubes are: the nation, and of each frequency the margins that are part of no
    other."""
    found: dict[Margin, frozenset[str]] = {margin: often for margin, often in every.items() if not margin}
    for frequency in sorted(frozenset().union(*every.values())):
        margins = [margin for margin, often in every.items() if margin and frequency in often]
        for margin in margins:
            if not any(margin < other for other in margins):
                found[margin] = found.get(margin, frozenset()) | {frequency}
    return found


def told(flow: Flow) -> str:
    """What a reader who asked for something else is told."""
    by_frequency = _TABLE.get(flow.id, {})
    return "; ".join(f"{often}: {', '.join(('_T', *margins))}" for often, margins in by_frequency.items())


def _parts(margin: Margin) -> Iterator[Margin]:
    for size in range(len(margin) + 1):
        yield from map(frozenset, combinations(sorted(margin), size))


def _read() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = tomllib.loads((files(__package__) / "cubes.toml").read_text())
    for flow, by_frequency in table.items():
        known = {each.id for each in FLOWS[flow].dimensions if each.total}
        for margin in {each for margins in by_frequency.values() for each in margins}:
            if not known.issuperset(margin.split(BY)):
                raise ValueError(f"cubes.toml, {flow}: {margin} names a dimension that it does not have")
    return table


_TABLE: Final = _read()
