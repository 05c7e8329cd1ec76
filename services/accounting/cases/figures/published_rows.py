"""What other bodies have published in a dataflow: rows of loaded files, there and as evidence elsewhere.

A figure that another one contradicts says so in COMMENT_OBS, with the other's value and source: which of them belong
together is data (rules/figures/contradictions.csv). None takes the place of another in silence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from services.accounting.cases.indicators import INDICATORS, Indicator, wanted
from services.accounting.rules.figures.contradictions import CONTRADICTED, Cell
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.evidence import Evidenced, asked_of, stands_at
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.store.figures import published_figure

Connection = asyncpg.Connection


class PublishedRow(NamedTuple):
    """A figure of another body, and when its file was loaded."""

    figure: Figure
    loaded_at: datetime


async def rows(connection: Connection, query: Query) -> list[PublishedRow]:
    """The figures of the query's dataflow in periods that lie wholly in those asked for, and those of other dataflows
    that stand there as evidence: as they are, or as they were at the query's moment."""
    found = await _of_files(connection, query)
    held = {(row.figure.key, row.figure.period) for row in found}
    for indicator in wanted(query):
        if isinstance(indicator.source, Evidenced):
            beside = await _beside(connection, query, indicator, indicator.source)
            found += [row for row in beside if (row.figure.key, row.figure.period) not in held]
    return found


async def series(connection: Connection, flow: str, as_of: datetime | None = None) -> set[str]:
    """The keys of a dataflow of which others have published any figure, or had then, whatever its period."""
    if not any(each.flow == flow and isinstance(each.source, Evidenced) for each in INDICATORS):
        return await published_figure.series(connection, flow, as_of)
    everything = Query(FLOWS[flow], (None,) * len(FLOWS[flow].dimensions), as_of=as_of)
    return {".".join(row.figure.key) for row in await rows(connection, everything)}


async def _of_files(connection: Connection, query: Query) -> list[PublishedRow]:
    said = await _said_otherwise(connection, query.flow.id, query.as_of)
    read = await published_figure.read(connection, query.flow.id, query.start, query.end, query.as_of)
    return [_row(row, said.get((query.flow.id, row["key"], row["period"]), ())) for row in read]


async def _beside(connection: Connection, query: Query, indicator: Indicator, source: Evidenced) -> list[PublishedRow]:
    at: dict[tuple[tuple[str, ...], str], list[PublishedRow]] = defaultdict(list)
    for line in source.lines:
        asked = asked_of(line, query)
        for row in await _of_files(connection, asked) if asked else []:
            key = stands_at(line, query.flow, indicator.code, indicator.method, row.figure.key)
            if asked and key and asked.wants(row.figure.key):
                at[key, row.figure.period].append(row._replace(figure=row.figure._replace(key=key)))
    return [_first(found) for found in at.values()]


def _first(said: Sequence[PublishedRow]) -> PublishedRow:
    """Of figures that stand at one place the first; it names the others where they say another number."""
    first, *others = said
    against = [_told(each.figure) for each in others if each.figure.value != first.figure.value]
    comment = _disputed(first.figure.comment, [each for each in against if each not in (first.figure.comment or "")])
    return first._replace(figure=first.figure._replace(comment=comment))


async def _said_otherwise(connection: Connection, flow: str, as_of: datetime | None) -> Mapping[Cell, list[str]]:
    """What contradicts figures of a dataflow: their values, periods and sources."""
    disputed = {cell: others for cell, others in CONTRADICTED.items() if cell[0] == flow}
    said: dict[Cell, list[str]] = defaultdict(list)
    for other in {each[0] for others in disputed.values() for each in others}:
        for row in await published_figure.read(connection, other, None, None, as_of):
            for cell, others in disputed.items():
                if (other, row["key"], row["period"]) in others:
                    said[cell].append(_told(_row(row, ()).figure))
    return said


def _row(row: asyncpg.Record, against: Iterable[str]) -> PublishedRow:
    figure = Figure(
        key=tuple(row["key"].split(".")),
        period=row["period"],
        value=_plain(row["value"]),
        status="E" if row["approximate"] else "A",
        unit=row["unit"],
        released=row["reported_on"],
        source=_cited(row["source"], row["citation"]),
        comment=_disputed(row["concept"], sorted(against)),
    )
    return PublishedRow(figure, row["loaded_at"])


def _disputed(comment: str | None, against: Sequence[str]) -> str | None:
    return f"{comment}. Contradicted by {'; '.join(against)}." if against else comment


def _told(figure: Figure) -> str:
    return f"{figure.value} of {figure.period} ({(figure.source or '').partition(': «')[0]})"


def _plain(value: Decimal) -> Decimal | int:
    return int(value) if value == value.to_integral_value() else value


def _cited(source: str, citation: str) -> str:
    return f"{source}: «{citation}»" if citation else source
