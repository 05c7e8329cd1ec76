"""Figures that other bodies have published. A data set is what one file says; loading it again replaces it, and what it
said before is kept with the time in which it stood."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import asyncpg

from services.accounting.rules.figures.published_figure import PublishedFigure
from services.accounting.rules.spans import span
from services.accounting.store.releases.public_table import SCHEMA

Connection = asyncpg.Connection

_COLUMNS = (
    *("flow", "key", "period", "starts", "ends", "value", "unit", "approximate", "concept", "source", "citation"),
    *("reported_on", "dataset", "loaded_at"),
)
_CONTENT = tuple(name for name in _COLUMNS if name not in ("flow", "key", "period", "loaded_at"))


async def alone(connection: Connection) -> None:
    """Whoever else loads a file waits until this transaction ends; readers do not."""
    await connection.execute("LOCK TABLE published_figure IN SHARE ROW EXCLUSIVE MODE")


async def replace(connection: Connection, dataset: str, figures: Iterable[PublishedFigure], at: datetime) -> int:
    """Makes `figures` the whole content of the data set; returns how many rows that changed or removed. What came and
    goes at one moment stood at none, and is not kept."""
    rows = [_row(dataset, figure, at) for figure in figures]
    removed = await connection.fetch(
        f"""WITH gone AS (
            DELETE FROM published_figure WHERE dataset = $1 AND (flow, key, period) NOT IN
            (SELECT * FROM unnest($2::text[], $3::text[], $4::text[])) RETURNING {", ".join(_COLUMNS)}
        ), kept AS (INSERT INTO {_BEFORE} SELECT *, $5 FROM gone WHERE loaded_at < $5)
        SELECT 1 FROM gone""",  # noqa: S608  (names of our own columns)
        dataset,
        *(list(column) for column in zip(*(row[:3] for row in rows), strict=True)),
        at,
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


async def read(
    connection: Connection, flow: str, start: date | None, end: date | None, as_of: datetime | None = None
) -> list[asyncpg.Record]:
    """The figures of a flow whose periods lie wholly in `[start, end)`: those of now, or those that stood then."""
    return list(
        await connection.fetch(
            f"""SELECT key, period, value, unit, approximate, concept, source, citation, reported_on, loaded_at
            FROM ({_STOOD}) stood
            WHERE flow = $1 AND starts >= coalesce($3, starts) AND ends <= coalesce($4, ends)""",  # noqa: S608
            flow,
            as_of,
            start,
            end,
        )
    )


async def loaded(connection: Connection) -> tuple[int, datetime | None]:
    """How many figures there are, and when one was last changed."""
    [(count, at)] = await connection.fetch("SELECT count(*), max(loaded_at) FROM published_figure")
    return count, at


async def series(connection: Connection, flow: str, as_of: datetime | None = None) -> set[str]:
    """The keys of a flow of which any figure is published, or was then, whatever its period."""
    rows = await connection.fetch(f"SELECT DISTINCT key FROM ({_STOOD}) stood WHERE flow = $1", flow, as_of)  # noqa: S608
    return {row[0] for row in rows}


_BEFORE = f"{SCHEMA}.published_before ({', '.join((*_COLUMNS, 'until'))})"
_STOOD = f"""
SELECT {", ".join(_COLUMNS)} FROM published_figure WHERE loaded_at <= coalesce($2::timestamptz, loaded_at)
UNION ALL
SELECT {", ".join(_COLUMNS)} FROM {SCHEMA}.published_before WHERE loaded_at <= $2 AND until > $2
"""  # noqa: S608  (names of our own columns)
_DIFFERS = f"""({", ".join(f"held.{name}" for name in _CONTENT)}) IS DISTINCT FROM
    ({", ".join(f"${_COLUMNS.index(name) + 1}" for name in _CONTENT)})"""
_UPSERT = f"""
WITH former AS (
    INSERT INTO {_BEFORE} SELECT {", ".join(_COLUMNS)}, ${len(_COLUMNS)} FROM published_figure held
    WHERE (flow, key, period) = ($1, $2, $3) AND {_DIFFERS} AND loaded_at < ${len(_COLUMNS)}
)
INSERT INTO published_figure AS held ({", ".join(_COLUMNS)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))})
ON CONFLICT (flow, key, period) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])}
WHERE {_DIFFERS}
RETURNING 1
"""  # noqa: S608  (names of our own columns)


def _row(dataset: str, figure: PublishedFigure, at: datetime) -> tuple[object, ...]:
    flow, key, period = figure.identity
    told = (figure.value, figure.unit, figure.approximate, figure.concept, figure.source, figure.citation)
    return (flow, key, period, *span(period), *told, figure.reported_on, dataset, at)
