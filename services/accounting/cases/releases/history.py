"""Vintages of figures: every release with the time in which it held (SDMX includeHistory), and what releases changed
since a moment (updatedAfter): added, revised and deleted observations.

Only what everybody could read has vintages. A figure that a release does not show is none of its: one that was shown
before is deleted by it.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import asyncpg

from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.releases import reckoned
from services.accounting.cases.releases.reckoned import Shows
from services.accounting.rules.figures.dataflows import OF_RELEASES
from services.accounting.rules.figures.figures import Figure, Key, Query, TooMany, Vintage
from services.accounting.store.releases import public
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Release

Connection = asyncpg.Connection
Wanted = Callable[[Figure], bool]
Shown = Mapping[tuple[Key, str], Figure]

MOST: Final = 10_000
"""Releases that are read at most: eight hundred years of them, if none is cut by command."""


async def vintages(
    connection: Connection, query: Query, computed: Query | None, wanted: Wanted, limit: int
) -> list[Vintage]:
    """The data sets of computed figures that a history or a question for changes is answered by, the oldest first.
    `computed` is what of the query everybody may read of them. Raises TooMany for more than `limit` figures."""
    found: list[Vintage] = []
    read = _changes if query.updated_after else _all
    shown = await _reader(connection, query, computed, wanted)
    async for vintage in read(await _releases(connection, query), shown, query):
        found.append(vintage)
        if sum(len(each.figures) for each in found) > limit:
            raise TooMany
    return found


async def _reader(connection: Connection, query: Query, computed: Query | None, wanted: Wanted) -> Shows:
    """What everybody reads of a release, in the order of key and period."""
    if query.flow.id in OF_RELEASES:
        read = await reckoned.reader(connection, query)
    else:

        async def read(release: Release) -> list[Figure]:
            if computed is None:
                return []
            found = await public.figures(connection, release.id, computed)
            return await beside_the_loop(len(found), found.figures)

    async def shown(release: Release) -> list[Figure]:
        figures, moment = await read(release), release.cut_at.astimezone(UTC)

        def dated() -> list[Figure]:
            return sorted((each._replace(released=moment) for each in figures if wanted(each)), key=_place)

        return await beside_the_loop(len(figures), dated)

    return shown


async def _all(releases: list[Release], shown: Shows, _: Query) -> AsyncIterator[Vintage]:
    for release, following in pairwise([*releases, None]):
        if release:
            yield Vintage(tuple(await shown(release)), "Information", release.cut_at, following and following.cut_at)


async def _changes(releases: list[Release], shown: Shows, query: Query) -> AsyncIterator[Vintage]:
    """Each release's against the one before it where the history is asked, else the newest one's against what stood at
    the moment."""
    since = [each for each in releases if query.updated_after and each.cut_at > query.updated_after]
    before = releases[-len(since) - 1] if len(since) < len(releases) else None
    known = _placed(await shown(before)) if before else {}
    for release in since if query.history else since[-1:]:
        now = _placed(await shown(release))
        for vintage in _difference(known, now, release.cut_at):
            yield vintage
        known = now


def _difference(before: Shown, after: Shown, at: datetime) -> Iterator[Vintage]:
    changed = [each for place, each in after.items() if place not in before or not _same(before[place], each)]
    gone = [each._replace(deleted=True) for place, each in before.items() if place not in after]
    if changed:
        yield Vintage(tuple(changed), "Replace", at)
    if gone:
        yield Vintage(tuple(gone), "Delete", at)


def _same(one: Figure, other: Figure) -> bool:
    return (one.value, one.status, one.std_error) == (other.value, other.status, other.std_error)


async def _releases(connection: Connection, query: Query) -> list[Release]:
    """Up to the moment that is asked, the oldest first."""
    return (await store.newest_of_all(connection, MOST, query.as_of))[::-1]


def _placed(figures: list[Figure]) -> Shown:
    return {_place(each): each for each in figures}


def _place(figure: Figure) -> tuple[Key, str]:
    return figure.key, figure.period
