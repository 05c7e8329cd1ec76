"""Figures that other bodies have published. A data set is what one file says; loading it again replaces it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import asyncpg

from services.accounting.rules.figures.published_figure import PublishedFigure
from services.accounting.rules.spans import span

Connection = asyncpg.Connection

_COLUMNS = (
    *("flow", "key", "period", "starts", "ends", "value", "unit", "approximate", "concept", "source", "citation"),
    *("reported_on", "dataset", "loaded_at"),
)
_CONTENT = tuple(name for name in _COLUMNS if name not in ("flow", "key", "period", "loaded_at"))


async def replace(connection: Connection, dataset: str, figures: Iterable[PublishedFigure], at: datetime) -> int:
    """Makes `figures` the whole content of the data set; returns how many rows that changed or removed."""
    rows = [_row(dataset, figure, at) for figure in figures]
    removed = await connection.fetch(
        """DELETE FROM published_figure WHERE dataset = $1 AND (flow, key, period) NOT IN
        (SELECT * FROM unnest($2::text[], $3::text[], $4::text[])) RETURNING 1""",
        dataset,
        *(list(column) for column in zip(*(row[:3] for row in rows), strict=True)),
    )
    changed = [await connection.fetchval(_UPSERT, *row) for row in rows]
    return len(removed) + sum(each is not None for each in changed)


async def held_elsewhere(connection: Connection, dataset: str, figures: Sequence[PublishedFigure]) -> set[str]:
    """Data sets that hold one of these figures already."""
    found = await connection.fetch(
        """SELECT DISTINCT dataset FROM published_figure WHERE dataset <> $1 AND (flow, key, period) IN
        (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]))""",
        dataset,
        *(list(column) for column in zip(*(figure.identity for figure in figures), strict=True)),
    )
    return {row[0] for row in found}


async def read(connection: Connection, flow: str, start: date | None, end: date | None) -> list[asyncpg.Record]:
    """The figures of a flow whose periods lie wholly in `[start, end)`."""
    return list(
        await connection.fetch(
            """SELECT key, period, value, unit, approximate, concept, source, citation, reported_on, loaded_at
            FROM published_figure
            WHERE flow = $1 AND starts >= coalesce($2, starts) AND ends <= coalesce($3, ends)""",
            flow,
            start,
            end,
        )
    )


async def loaded(connection: Connection) -> tuple[int, datetime | None]:
    """How many figures there are, and when one was last changed."""
    [(count, at)] = await connection.fetch("SELECT count(*), max(loaded_at) FROM published_figure")
    return count, at


async def series(connection: Connection, flow: str) -> set[str]:
    """The keys of a flow of which any figure was published, whatever its period."""
    return {row[0] for row in await connection.fetch("SELECT DISTINCT key FROM published_figure WHERE flow = $1", flow)}


_UPSERT = f"""
INSERT INTO published_figure AS held ({", ".join(_COLUMNS)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))})
ON CONFLICT (flow, key, period) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])}
WHERE ({", ".join(f"held.{name}" for name in _CONTENT)}) IS DISTINCT FROM
    ({", ".join(f"excluded.{name}" for name in _CONTENT)})
RETURNING 1
"""  # noqa: S608  (names of our own columns)


def _row(dataset: str, figure: PublishedFigure, at: datetime) -> tuple[object, ...]:
    flow, key, period = figure.identity
    told = (figure.value, figure.unit, figure.approximate, figure.concept, figure.source, figure.citation)
    return (flow, key, period, *span(period), *told, figure.reported_on, dataset, at)
