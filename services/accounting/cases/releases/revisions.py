"""DF_REVISION: how far everybody's figures have moved from release to release. All of it can be reckoned from what they
show, so it is everybody's, too.

Series finer than the nation's by what has no total (a currency, a reporter) are left out: they would share a key.
"""

from collections import defaultdict
from datetime import datetime
from typing import Final

import asyncpg

from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure
from services.accounting.rules.releases.revisions import ReleasedValue, RevisedSeries, Triangle, revisions
from services.accounting.store.releases import public as store
from shared import clock

Connection = asyncpg.Connection

AREA: Final = "KZ"
PLACE: Final = 3
"""FREQ, INDICATOR, METHOD; then the dimensions that say where and who."""


class Revisions:
    """The revision triangle of everybody's figures up to a moment (None: now), read once."""

    def __init__(self, triangle: Triangle) -> None:
        self._triangle = triangle

    @classmethod
    async def read(cls, connection: Connection, as_of: datetime | None) -> "Revisions":
        found: dict[tuple[RevisedSeries, str], list[ReleasedValue]] = defaultdict(list)
        for flow, key, period, value, cut_at in await store.changed_values(connection, as_of):
            frequency, indicator, method, *place = key.split(".")
            if place == [each.total for each in FLOWS[flow].dimensions[PLACE:]]:
                vintage = ReleasedValue(cut_at, clock.date_of(cut_at), value)
                found[RevisedSeries(frequency, indicator, method, AREA, flow), period].append(vintage)
        return cls(found)

    def at(self, moment: datetime) -> list[Figure]:
        """As of the release that was cut at a moment."""
        return revisions(self._triangle, moment, clock.date_of(moment))
