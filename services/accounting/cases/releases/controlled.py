"""The public cubes of a release: every figure that everybody may read, after disclosure control (decision 0073).

Counts of persons and of their acts have the noise of their cell key (rules.disclosure.cell_key). What is reckoned from
counts is reckoned from the published ones, so that a reader finds what the house says: net migration is published
arrivals less published departures. What counts no persons stands as it is. `TREATED` says which is which.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import asyncpg
from pydantic import SecretStr

from services.accounting.cases.figures.read_figures import computed_figures
from services.accounting.cases.indicators import (
    INDICATORS,
    Indicator,
    Loaded,
    wanted,
)
from services.accounting.cases.releases.treated import TREATED, Treated
from services.accounting.rules.disclosure import cell_key, cubes
from services.accounting.rules.disclosure.cell_key import Table, rounded
from services.accounting.rules.disclosure.cubes import Cubes, Margin, asked_at_once, margin_of, named
from services.accounting.rules.figures.dataflows import Flow
from services.accounting.rules.figures.evidence import Evidenced, asked_of, stands_at
from services.accounting.rules.figures.figures import Figure, Key, Query
from services.accounting.rules.releases.equations import INDICATOR, METHOD, Cell
from services.accounting.store.figures import published_figure
from services.accounting.store.releases.public import PublicFigure

Connection = asyncpg.Connection
Computing = Callable[[Connection, Query, int], Awaitable[list[Figure]]]

LIMIT: Final = 2_000_000  # figures of one cube
FINAL: Final = "A"
NET: Final = "NET"
_KINDS: Final[Mapping[tuple[str, str, str], Indicator]] = {
    (each.flow, each.code, each.method): each for each in INDICATORS if not isinstance(each.source, Loaded)
}
_SIDES: Final = ("IMM", "EMI")


class Cube(NamedTuple):
    """The figures of one dataflow by some dimensions and parts of them, as counted, whether they are released or not,
    and what is published of each."""

    exact: Mapping[Cell, Figure]
    public: Mapping[Cell, Decimal | int]


class Control(NamedTuple):
    """The secret that gives record keys, the table of perturbation, and what is released of a dataflow. The secret is
    never changed: with another one every figure would have another noise, and the two releases together would tell
    more than either."""

    secret: SecretStr
    table: Table = cell_key.table()
    cubes: Callable[[str], Cubes] = cubes.cubes


async def controlled(connection: Connection, flow: Flow, control: Control, public: Mapping[Cell, PublicFigure]) -> Cube:
    """All that is released of a dataflow. `public` is what was released of those before it."""
    every = control.cubes(flow.id)
    exact: dict[Cell, Figure] = {}
    shown: dict[Cell, Decimal | int] = {}
    official = await published_figure.series(connection, "DF_FLOW")
    for margin, frequencies in asked_at_once(every).items():
        query = _asked(flow, margin, frequencies)
        found = await _of(connection, query)
        new = {cell: each for cell, each in found.items() if cell not in exact and _is_released(flow, each.key, every)}
        if not any(each.value for each in new.values()):
            shown |= dict.fromkeys(new, 0)
        else:
            shown |= _published(new, control.table, public, official)
        exact |= new
        if not margin and found and not any(each.value for each in found.values()):
            break  # of whom there is none in the whole country there is none in any part of it
    return Cube(exact, shown)


def evidence(
    flow: Flow, every: Cubes, public: Mapping[Cell, PublicFigure], official: Mapping[str, set[str]]
) -> dict[Cell, PublicFigure]:
    """What was released in other dataflows and stands a second time in this one. `official` are the keys of theirs of
    which another body has published figures."""
    found: dict[Cell, PublicFigure] = {}
    everything = Query(flow, (None,) * len(flow.dimensions))
    lines = [
        (indicator, line, asked)
        for indicator in wanted(everything)
        if isinstance(indicator.source, Evidenced)
        for line in indicator.source.lines
        if (asked := asked_of(line, everything))
    ]
    series = _series_of({line.flow for _, line, _ in lines}, frozenset().union(*every.values()), public, official)
    for indicator, line, asked in lines:
        for key, figures in series[line.flow].items():
            at = stands_at(line, flow, indicator.code, indicator.method, key) if asked.wants(key) else None
            if at and _is_released(flow, at, every):
                margin, text = named(flow, margin_of(flow, at)), ".".join(at)
                for each in figures:
                    again = each._replace(flow=flow.id, margin=margin, key=text)
                    found.setdefault((flow.id, at, each.period), again)
    return found


def _series_of(
    flows: Container[str], often: frozenset[str], public: Mapping[Cell, PublicFigure], official: Mapping[str, set[str]]
) -> Mapping[str, Mapping[Key, list[PublicFigure]]]:
    """What of some dataflows was released so often, and is not published by others, by dataflow and key."""
    found: dict[str, dict[Key, list[PublicFigure]]] = defaultdict(lambda: defaultdict(list))
    for (flow, key, _), each in public.items():
        if flow in flows and key[0] in often and each.key not in official[flow]:
            found[flow][key].append(each)
    return found


def released(flow: Flow, cube: Cube) -> dict[Cell, PublicFigure]:
    """What of a cube everybody may read: final figures, and estimates with their standard errors."""
    found: dict[Cell, PublicFigure] = {}
    named_keys: dict[Key, tuple[str, str]] = {}
    for cell, value in cube.public.items():
        figure = cube.exact[cell]
        if figure.status == FINAL or figure.std_error is not None:
            key = figure.key
            if (names := named_keys.get(key)) is None:
                names = named_keys[key] = named(flow, margin_of(flow, key)), ".".join(key)
            found[cell] = PublicFigure(flow.id, *names, figure.period, value, figure.status, figure.std_error)
    return found


def _asked(flow: Flow, margin: Margin, frequencies: Iterable[str]) -> Query:
    codes = [None if each.id in margin or each.total is None else frozenset([each.total]) for each in flow.dimensions]
    return Query(flow, tuple(codes)).narrowed(FREQ=frequencies)


async def _of(connection: Connection, query: Query) -> dict[Cell, Figure]:
    kinds = [each for each in wanted(query) if TREATED[type(each.source)] not in ("evidence", "left_out")]
    if not kinds:
        return {}
    asked = query.narrowed(INDICATOR={each.code for each in kinds}, METHOD={each.method for each in kinds})
    found = await computed_figures(connection, asked, LIMIT, keyed=True)
    return {(query.flow.id, each.key, each.period): each for each in found if _treated(query.flow.id, each.key)}


def _treated(flow: str, key: Key) -> Treated | None:
    indicator = _KINDS.get((flow, key[INDICATOR], key[METHOD]))
    treated = TREATED[type(indicator.source)] if indicator else "left_out"
    return None if treated in ("evidence", "left_out") else treated


def _is_released(flow: Flow, key: Key, every: Cubes) -> bool:
    return key[0] in every.get(margin_of(flow, key), frozenset())


def _published(
    found: Mapping[Cell, Figure],
    table: Table,
    public: Mapping[Cell, PublicFigure],
    official: set[str],
) -> dict[Cell, Decimal | int]:
    """What is published of each figure. Differences come after the counts that they are made of."""
    shown: dict[Cell, Decimal | int] = {}
    for cell, figure in found.items():
        flow, key, _ = cell
        treated = _treated(flow, key)
        if treated == "noise" and key[INDICATOR] != NET:
            shown[cell] = _noised(cell, figure, found, table)
        elif treated == "as_it_is":
            shown[cell] = figure.value
    for cell, figure in found.items():
        if cell not in shown:
            shown[cell] = _of_counts(cell, figure, shown, found, public, official)
    return shown


def _noised(cell: Cell, figure: Figure, found: Mapping[Cell, Figure], table: Table) -> int:
    """Of an estimate the counted part has noise: that of the figure that counts it alone."""
    value = int(figure.value)
    if figure.std_error is None:
        return table.published(value, figure.record_keys)
    counted = found.get(_with(cell, f"{cell[1][INDICATOR]}_FINAL"))
    known = int(counted.value) if counted else 0
    return rounded(value + table.published(known, figure.record_keys) - known)


def _of_counts(
    cell: Cell,
    figure: Figure,
    shown: Mapping[Cell, Decimal | int],
    found: Mapping[Cell, Figure],
    public: Mapping[Cell, PublicFigure],
    official: set[str],
) -> Decimal | int:
    """Net migration from its published sides; the balance's from the flow's, and by as much as that one moved the
    residual moves the other way."""
    flow, key, period = cell
    if flow != "DF_BALANCE":
        arrivals, departures = (shown.get(_with(cell, side), 0) for side in _SIDES)
        return arrivals - departures
    carried = (key[0], NET, key[METHOD], "KZ", *["_T"] * 5)
    net = public.get(("DF_FLOW", carried, period))
    if net is None or ".".join(carried) in official:
        return figure.value
    if key[INDICATOR] == NET:
        return net.value
    counted = found.get(_with(cell, NET))
    return figure.value + (Decimal(counted.value) - net.value if counted else 0)


def _with(cell: Cell, indicator: str) -> Cell:
    flow, (frequency, _, *rest), period = cell
    return flow, (frequency, indicator, *rest), period
