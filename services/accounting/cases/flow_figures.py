"""The figures of DF_FLOW by the 12/16-month rule: asked of the cube, completed by zeros, each with its status."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import cast

import asyncpg

from services.accounting.rules.axes import NOWHERE, Axis, axes
from services.accounting.rules.figures import Figure, Key, Query, TooMany, is_national
from services.accounting.rules.flow_figures import (
    FORMULAS,
    MONTHS,
    counted,
    covered_periods,
    kinds,
    months_within,
    status,
)
from services.accounting.rules.movements import Indicator
from services.accounting.rules.reckoning import Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.cube import Along, Sums, sums
from shared.kernel.periods import Frequency

METHOD = "M1216"

Place = tuple[str, ...]
Counts = Mapping[int, Mapping[Indicator, int]]
"""By period number, what the cube counts."""


async def flow_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants; series without a figure above or below zero only where they are national
    totals or named code by code. Raises TooMany."""
    indicators = _wanted(query, "INDICATOR", FORMULAS)
    frequencies = cast(list[Frequency], _wanted(query, "FREQ", MONTHS))
    if not (indicators and frequencies and _wanted(query, "METHOD", [METHOD])):
        return []
    if prod(len(codes) for codes in query.codes if codes) > limit:
        raise TooMany
    coverage = await coverages.counted(connection)
    asked = kinds(indicators)
    months = months_within(coverage, query.start, query.end)
    found = await sums(connection, _along(query), frequencies, months, asked, limit + 1)
    if len(found) > limit:
        raise TooMany
    figures = list(_figures(query, indicators, _series(query, frequencies, found, asked), coverage, limit))
    if len(figures) > limit:
        raise TooMany
    return figures


def _wanted(query: Query, dimension: str, known: Iterable[str]) -> list[str]:
    wanted = query.of(dimension)
    return [code for code in known if wanted is None or code in wanted]


def _along(query: Query) -> list[Along]:
    return [_of_axis(axis, query.of(axis.dimension)) for axis in axes()]


def _of_axis(axis: Axis, wanted: frozenset[str] | None) -> Along:
    levels, total = axis.chosen(wanted)
    return Along(axis, levels, total, None if wanted is None or total else axis.numbers(wanted))


def _series(
    query: Query, frequencies: Iterable[Frequency], found: Iterable[Sums], asked: list[Indicator]
) -> dict[tuple[Frequency, Place], dict[int, dict[Indicator, int]]]:
    """What was found, by series; and the series that are there even if nothing was."""
    series: dict[tuple[Frequency, Place], dict[int, dict[Indicator, int]]] = defaultdict(dict)
    for row in found:
        if NOWHERE not in row.place and _is_wanted(query, row.place):
            series[cast(Frequency, row.frequency), row.place][row.period] = dict(zip(asked, row.counts, strict=True))
    for frequency, place in product(frequencies, _always(query)):
        series.setdefault((frequency, place), {})
    return series


def _is_wanted(query: Query, place: Place) -> bool:
    return all(
        wanted is None or code in wanted
        for wanted, code in ((query.of(axis.dimension), code) for axis, code in zip(axes(), place, strict=True))
    )


def _always(query: Query) -> list[Place]:
    """Where a series stands even if nobody was counted: the nation, and what is named code by code."""
    named = [query.of(axis.dimension) for axis in axes()]
    nation = tuple(axis.total for axis in axes())
    places = [nation] if _is_wanted(query, nation) else []
    outright = [
        [code for code in sorted(codes) if code == axis.total or axis.numbers([code])]
        for axis, codes in zip(axes(), named, strict=True)
        if codes is not None
    ]
    if len(outright) == len(named):
        places += [place for place in product(*outright) if place != nation]
    return places


def _figures(
    query: Query,
    indicators: Iterable[str],
    series: Mapping[tuple[Frequency, Place], Counts],
    coverage: Coverage,
    limit: int,
) -> Iterator[Figure]:
    always = set(_always(query))
    written = 0
    for (frequency, place), counts in series.items():
        periods = list(covered_periods(frequency, coverage, query.start, query.end))
        for indicator in indicators:
            values = [(period, counted(indicator, counts.get(number, {}))) for number, period in periods]
            if place not in always and not any(value for _, (value, _) in values):
                continue
            key: Key = (frequency, indicator, METHOD, *place)
            public = is_national(query.flow, key)
            for period, (value, open) in values:
                yield Figure(key, str(period), value, status(period, open, coverage), public=public)
            written += len(values)
            if written > limit:
                return
