"""What everybody reads of releases: figures after disclosure control, in a schema that holds nothing else.

`public_figures.released` shows those of releases that were cut by the cell key method, and of older ones what was not
withheld then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import asyncpg

from services.accounting.rules.disclosure.cubes import cubes, named
from services.accounting.rules.figures.figures import Figure, Query
from services.accounting.rules.figures.units import unit_of

Connection = asyncpg.Connection


class PublicFigure(NamedTuple):
    """A figure as everybody reads it; `margin` names the dimensions in which it is finer than the nation
    (rules.disclosure.cubes)."""

    flow: str
    margin: str
    key: str
    period: str
    value: Decimal | int
    status: str
    std_error: Decimal | None = None


async def add(connection: Connection, release: int, figures: Iterable[PublicFigure]) -> None:
    """Freezes figures of a release that is being cut."""
    rows = [(release, *figure) for figure in figures]
    columns = ("release", *PublicFigure._fields)
    await connection.copy_records_to_table("figure", schema_name="public_figures", records=rows, columns=columns)


class ReleasedFigures(NamedTuple):
    """Figures of a dataflow as the database gave them; to make many of them what they mean takes a while."""

    flow: str
    records: Sequence[asyncpg.Record]

    def __len__(self) -> int:
        return len(self.records)

    def figures(self) -> list[Figure]:
        return [_figure(self.flow, *row) for row in self.records]


NOTHING: Final = ReleasedFigures("", ())


async def figures(connection: Connection, release: int, query: Query) -> ReleasedFigures:
    """Those of a release that a query wants, whenever: of dimensions of which it names no codes, the totals."""
    margins = [named(query.flow, margin) for margin in cubes(query.flow.id) if margin <= query.margin]
    values: list[object] = [release, query.flow.id, margins]
    conditions = []
    for place, wanted in enumerate(query.codes, 1):
        if wanted is not None:
            values.append(list(wanted))
            conditions.append(f" AND split_part(key, '.', {place}) = ANY(${len(values)}::text[])")
    found = await connection.fetch(
        f"""SELECT key, period, value, status, std_error FROM public_figures.released
        WHERE release = $1 AND flow = $2 AND margin = ANY($3::text[]){"".join(conditions)}""",  # noqa: S608
        *values,
    )
    return ReleasedFigures(query.flow.id, found)


async def national(connection: Connection, release: int) -> dict[tuple[str, str, str], int]:
    """Dataflow, key and period of each figure of the whole country -> its value."""
    rows = await connection.fetch(
        "SELECT flow, key, period, value FROM public_figures.released WHERE release = $1 AND margin = ''", release
    )
    return {(flow, key, period): int(value) for flow, key, period, value in rows}


async def changed_values(connection: Connection, as_of: datetime | None) -> list[tuple[str, str, str, int, datetime]]:
    """Of the whole country: dataflow, key, period and value of each figure, with the moment of the release, the oldest
    first; of releases that follow each other with one value only the first."""
    rows = await connection.fetch(
        """SELECT flow, key, period, value, cut_at FROM (
            SELECT f.*, r.cut_at,
                lag(value) OVER (PARTITION BY flow, key, period ORDER BY r.cut_at, r.id) AS former
            FROM public_figures.released f JOIN release r ON r.id = f.release
            WHERE margin = '' AND r.cut_at <= coalesce($1, 'infinity'::timestamptz)
        ) shown WHERE former IS DISTINCT FROM value ORDER BY cut_at, release""",
        as_of,
    )
    return [(flow, key, period, int(value), cut_at) for flow, key, period, value, cut_at in rows]


def _figure(flow: str, named: str, period: str, value: Decimal, status: str, std_error: Decimal | None) -> Figure:
    key = tuple(named.split("."))
    return Figure(key, period, _plain(value), status, unit_of(flow, key[1]), std_error=std_error)


def _plain(value: Decimal) -> Decimal | int:
    return int(value) if value == value.to_integral_value() else value
