"""What host countries reported, as the consular register holds it."""

import asyncpg

from services.accounting.store.members import day, number, text
from shared.events.consular import HostCountryFigure as Reported

# What is about nobody has its own key for a person: of two that were reported on one day the same one counts always.
_NEWEST = f"""
SELECT DISTINCT ON (country, concept, period, reliability, source)
    country, concept, period, value, reliability, source, reported_on
FROM (
    SELECT {text(Reported, "country")} AS country, {text(Reported, "concept")} AS concept,
        {text(Reported, "period")} AS period, {number(Reported, "value")} AS value,
        {text(Reported, "reliability")} AS reliability, {text(Reported, "source")} AS source,
        {day(Reported, "reported_on")} AS reported_on, person
    FROM derived.record WHERE kind = '{Reported.NAME}'
) reported ORDER BY country, concept, period, reliability, source, reported_on DESC, person
"""  # noqa: S608  (names of our own members)


async def newest(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Of each country, concept, period, reliability and source the figure that was reported last."""
    return list(await connection.fetch(_NEWEST))
