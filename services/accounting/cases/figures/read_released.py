"""Where strangers read figures: what releases show after disclosure control, and what other bodies have published.

Of the figures that were final or estimated when a release was cut, the fixed cubes of rules/disclosure/cubes.toml. A
query that names codes of several dimensions reads the cube of these; one that leaves a place open reads its total,
since a cube of all dimensions is released to nobody. So a view over all countries names them (dataflows.codes_of); an
open frequency is years and quarters, and months are there for who names M. Sums between such figures need not hold:
each is within rules.disclosure.cell_key.MOST of what was counted.

A series that another body has published takes the place of ours under the same key, as a whole: no series mixes two
sources, and no figure stands there twice. So the official net migration of a year is never beside, nor continued by,
what we count of the same registrations; other series of the same method (months, regions, ages) stay ours.

Nothing here reads what is counted of persons: it is all that the public process has (decision 0073).
"""

import operator
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Final, NamedTuple, Protocol

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.figures import published_rows
from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.figures.published_rows import PublishedRow
from services.accounting.cases.releases import history, reckoned
from services.accounting.rules.disclosure.cubes import told
from services.accounting.rules.figures.dataflows import OF_RELEASES
from services.accounting.rules.figures.dimensions import day_of
from services.accounting.rules.figures.figures import (
    Figure,
    NotPublic,
    Query,
    Reading,
    TooMany,
    Vintage,
    public_part,
)
from services.accounting.rules.residence.reckoning import UNDECLARED
from services.accounting.rules.spans import span
from services.accounting.store.figures import published_figure
from services.accounting.store.forecasts import forecast as forecasts
from services.accounting.store.releases import public
from services.accounting.store.releases import release as releases
from services.accounting.store.releases.release import Release
from shared import clock
from shared.errors import Forbidden

Connection = asyncpg.Connection


class Snapshots(Protocol):
    """What reads releases at one moment."""

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees one moment and changes nothing."""
        ...


NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
ROLE_NEEDED: Final = (
    "Figures outside the released cubes need a token of the role statistician; leave the place in the key empty, or "
    "write the code of the total."
)
ONLY_RELEASED: Final = (
    "Only what was released has vintages: the fixed public cubes. Leave the place in the key empty, or write the code "
    "of the total."
)


class PublicStand(NamedTuple):
    """All that what everybody reads depends on: the newest release, the newest with forecasts, the files of other
    bodies' figures, and whether the people counted are invented."""

    release: int
    cut_at: datetime
    forecast: int
    published: int
    changed_at: datetime
    invented: bool = False


class ReleasedReader:
    """rules.figures.FigureSource over releases alone, whoever asks. Every answer is of one moment. `invented`: whoever
    publishes the figures says that they are."""

    def __init__(self, engine: AsyncEngine, *, invented: bool = False) -> None:
        self._engine, self.invented = engine, invented

    async def __call__(self, query: Query, *, exact: bool, limit: int) -> Reading:
        refusal = f"{ONLY_RELEASED if exact else ROLE_NEEDED} Released of {query.flow.id} are {told(query.flow)}."
        # What anybody can reckon from the releases is as free as they are.
        computed = query if query.flow.id in OF_RELEASES else _public_part(query, refusal)
        async with snapshot_of(self._engine) as connection:
            try:
                reading = await _reading_of(query)(connection, query, computed, limit)
            except TimeoutError:
                raise TooMany from None
        if not reading.figures and computed is None:
            raise Forbidden(refusal)
        return reading

    async def covered(self) -> tuple[date, date] | None:
        async with self.snapshot() as connection:
            release = await releases.newest(connection)
        return covered_by(release) if release else None

    async def stand(self) -> PublicStand:
        """As of now."""
        async with self.snapshot() as connection:
            release = await releases.newest(connection)
            count, loaded_at = await published_figure.loaded(connection)
            forecast = await forecasts.newest(connection) or 0
        number, cut_at = (release.id, release.cut_at) if release else (0, NEVER)
        return PublicStand(number, cut_at, forecast, count, max(cut_at, loaded_at or NEVER), self.invented)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        async with snapshot_of(self._engine) as connection:
            yield connection


@asynccontextmanager
async def snapshot_of(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """A connection that sees one moment and changes nothing."""
    async with engine.connect() as pooled:
        connection = (await pooled.get_raw_connection()).driver_connection
        if connection is None:
            raise ConnectionError("the pool gave a connection without a driver")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection


def covered_by(release: Release) -> tuple[date, date] | None:
    """The first and the last day that the release's border data were complete for; None: no day was declared."""
    if release.coverage == UNDECLARED:
        return None
    return day_of(release.coverage.register_start), day_of(release.coverage.obs_end - 1)


def _public_part(query: Query, otherwise: str) -> Query | None:
    try:
        return public_part(query)
    except NotPublic:
        raise Forbidden(otherwise) from None


def _reading_of(query: Query) -> Callable[[Connection, Query, Query | None, int], Awaitable[Reading]]:
    return _read_vintages if query.history or query.updated_after else _read_released


async def _read_released(connection: Connection, query: Query, computed: Query | None, limit: int) -> Reading:
    release = await releases.newest(connection, query.as_of)
    figures: list[Figure] = []
    others: set[str] = set()
    if release and query.flow.id in OF_RELEASES:
        shown = await reckoned.reader(connection, query)
        figures = await shown(release)
    elif release and computed:
        others = await published_rows.series(connection, query.flow.id, query.as_of)
        found = await public.figures(connection, release.id, computed)
        figures = await beside_the_loop(len(found), found.figures)
    rows = await published_rows.rows(connection, query)
    changed = release.cut_at if release else NEVER

    def reading() -> Reading:
        wanted = [each for each in figures if _is_wanted(computed or query, each)]
        return reading_of_rows(query, wanted, others, changed, rows, limit)

    return await beside_the_loop(len(figures) + len(rows), reading)


async def _read_vintages(connection: Connection, query: Query, computed: Query | None, limit: int) -> Reading:
    """Other bodies' figures stand with the newest vintage, or among what changed since they came."""
    release = await releases.newest(connection, query.as_of)
    others = await published_rows.series(connection, query.flow.id, query.as_of)

    def wanted(figure: Figure) -> bool:
        return computed is not None and ".".join(figure.key) not in others and _is_wanted(computed, figure)

    found = await history.vintages(connection, query, computed, wanted, limit)
    rows = [
        row
        for row in await published_rows.rows(connection, query)
        if query.updated_after is None or row.loaded_at > query.updated_after
    ]
    if published := sorted(_published(query, rows), key=operator.attrgetter("key", "period")):
        found.append(Vintage(tuple(published), "Replace" if query.updated_after else "Information"))
    figures = tuple(figure for each in found for figure in each.figures)
    if len(figures) > limit:
        raise TooMany
    changed = max([release.cut_at if release else NEVER, *(row.loaded_at for row in rows)])
    return Reading(figures, changed, tuple(found))


def _is_wanted(query: Query, figure: Figure) -> bool:
    return query.wants(figure.key) and query.covers(*span(figure.period))


def reading_of_rows(
    query: Query,
    computed: Iterable[Figure],
    others: Container[str],
    changed: datetime,
    rows: Sequence[PublishedRow],
    limit: int,
) -> Reading:
    """What was computed, but for the series that others have published, and what these say. Raises TooMany."""
    released = changed.astimezone(clock.ALMATY).date()
    figures = [figure.known_since(released) for figure in computed if ".".join(figure.key) not in others]
    figures += _published(query, rows)
    if len(figures) > limit:
        raise TooMany
    changed = max([changed, *(row.loaded_at for row in rows)])
    return Reading(tuple(sorted(figures, key=operator.attrgetter("key", "period"))), changed)


def _published(query: Query, rows: Iterable[PublishedRow]) -> Iterable[Figure]:
    for row in rows:
        if query.wants(row.figure.key):
            yield row.figure
