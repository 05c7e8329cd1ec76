"""The figures of DF_QUOTA: places set, moved, reserved, used and left, by pool and version of a year's quota.

A pool's figures stand at what it limits, the totals of a dimension at what it does not. National pools are summed by
kind and in all; pools of a region or an activity limit within them and are never added up. The total of the versions is
the newest of the year. Nothing is of a person: places are counted, and what is left of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

import asyncpg

from services.accounting.cases.indicators import QuotaPlaces, wanted
from services.accounting.rules.figures.figures import Figure, Key, Query, TooMany
from services.accounting.rules.figures.units import NUMBER
from services.accounting.rules.spans import span
from services.accounting.store.figures import quota_pools
from shared import clock
from shared.kernel.codes import COUNTRY_TOTAL

TOTAL: Final = "_T"
LISTED: Final = 99
"""Versions of a year that have a code of their own; later ones are told as the newest alone."""


class _Place(NamedTuple):
    """Where figures stand: the dimensions after the method, in their order."""

    version: str
    kind: str
    category: str
    activity: str
    region: str
    country: str


async def quota_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every figure that the query wants. Raises TooMany."""
    found = [(each.code, each.method, each.source) for each in wanted(query) if isinstance(each.source, QuotaPlaces)]
    by_year: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in await quota_pools.pools(connection):
        by_year[row["year"]].append(row)
    figures = [
        figure
        for year, rows in by_year.items()
        if query.covers(*span(str(year)))
        for place, pools in _placed(rows).items()
        for code, method, source in found
        if query.wants((figure := _figure(year, ("A", code, method, *place), pools, source)).key)
    ]
    if len(figures) > limit:
        raise TooMany
    return figures


def _placed(rows: list[asyncpg.Record]) -> dict[_Place, list[asyncpg.Record]]:
    """The pools of one year by where their figures stand."""
    newest = max(row["version"] for row in rows)
    placed: dict[_Place, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        versions = [TOTAL] if row["version"] == newest else []
        versions += [f"V{row['version']}"] if row["version"] <= LISTED else []
        for version in versions:
            for place in _places(version, row):
                placed[place].append(row)
    return placed


def _places(version: str, row: asyncpg.Record) -> Iterator[_Place]:
    limits = row["activity"] or TOTAL, row["region"] or COUNTRY_TOTAL, row["country"] or TOTAL
    own = _Place(version, row["kind"], row["category"] or TOTAL, *limits)
    yield own
    if limits == (TOTAL, COUNTRY_TOTAL, TOTAL):
        if own.category != TOTAL:
            yield own._replace(category=TOTAL)
        yield own._replace(kind=TOTAL, category=TOTAL)


def _figure(year: int, key: Key, pools: list[asyncpg.Record], source: QuotaPlaces) -> Figure:
    acts = dict.fromkeys(f"{row['act']} ({row['holds_from']})" for row in pools)
    return Figure(
        key=key,
        period=str(year),
        value=sum(_value(row, source) for row in pools),
        status="A" if year < clock.today().year else "P",
        unit=NUMBER,
        public=False,
        released=max(row["as_of"] for row in pools),
        source="; ".join(acts),
    )


def _value(row: asyncpg.Record, source: QuotaPlaces) -> int:
    taken = {"reserved": row["reserved"], "used": row["used"]}
    places = {
        "set": row["size"] - row["moved"],
        "moved": row["moved"],
        "left": row["size"] - sum(taken.values()),
        **taken,
    }
    return int(places[source.what])
