"""Vintages of figures: every release with the time in which it held (SDMX includeHistory), and what releases changed
since a moment (updatedAfter): added, revised and deleted observations.

Only what everybody could read has vintages. A figure that a release withheld is none of its: one that was shown before
is deleted by it.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import asyncpg

from services.accounting.rules.figures.figures import Figure, Key, Query, TooMany, Vintage
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Release

Connection = asyncpg.Connection
Wanted = Callable[[Figure], bool]
Shown = Mapping[tuple[Key, str], Figure]

MOST: Final = 10_000
"""Releases that are read at most: eight hundred years of them, if none is cut by command."""


async def vintages(connection: Connection, query: Query, wanted: Wanted, limit: int) -> list[Vintage]:
    """The data sets of computed figures that a history or a question for changes is answered by, the oldest first.
    Raises TooMany for more than `limit` figures."""
    found: list[Vintage] = []
    read = _changes if query.updated_after else _all
    async for vintage in read(connection, query, wanted):
        found.append(vintage)
        if sum(len(each.figures) for each in found) > limit:
            raise TooMany
    return found


async def shown(connection: Connection, release: Release, flow: str, wanted: Wanted) -> list[Figure]:
    """What everybody reads of a release, in the order of key and period."""
    figures = (
        Figure(tuple(each.key.split(".")), each.period, each.value, each.status, released=_moment(release))
        for each in await store.figures(connection, release.id, flow)
        if not each.withheld
    )
    return sorted(filter(wanted, figures), key=_place)


async def _all(connection: Connection, query: Query, wanted: Wanted) -> AsyncIterator[Vintage]:
    releases = await _releases(connection, query)
    for release, following in pairwise([*releases, None]):
        if release:
            figures = await shown(connection, release, query.flow.id, wanted)
            yield Vintage(tuple(figures), "Information", release.cut_at, following and following.cut_at)


async def _changes(connection: Connection, query: Query, wanted: Wanted) -> AsyncIterator[Vintage]:
    """Each release's against the one before it where the history is asked, else the newest one's against what stood at
    the moment."""
    releases = await _releases(connection, query)
    since = [each for each in releases if query.updated_after and each.cut_at > query.updated_after]
    before = releases[-len(since) - 1] if len(since) < len(releases) else None
    known = _placed(await shown(connection, before, query.flow.id, wanted)) if before else {}
    for release in since if query.history else since[-1:]:
        now = _placed(await shown(connection, release, query.flow.id, wanted))
        for vintage in _difference(known, now, release.cut_at):
            yield vintage
        known = now


def _difference(before: Shown, after: Shown, at: datetime) -> Iterator[Vintage]:
    changed = [each for place, each in after.items() if place not in before or not _same(before[place], each)]
    gone = [replace(each, deleted=True) for place, each in before.items() if place not in after]
    if changed:
        yield Vintage(tuple(changed), "Replace", at)
    if gone:
        yield Vintage(tuple(gone), "Delete", at)


def _same(one: Figure, other: Figure) -> bool:
    return (one.value, one.status) == (other.value, other.status)


async def _releases(connection: Connection, query: Query) -> list[Release]:
    """Up to the moment that is asked, the oldest first."""
    return (await store.newest_of_all(connection, MOST, query.as_of))[::-1]


def _placed(figures: list[Figure]) -> Shown:
    return {_place(each): each for each in figures}


def _place(figure: Figure) -> tuple[Key, str]:
    return figure.key, figure.period


def _moment(release: Release) -> datetime:
    return release.cut_at.astimezone(UTC)
