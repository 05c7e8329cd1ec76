"""What host countries reported, as the consular register holds it."""

import asyncpg

_NEWEST = """
SELECT DISTINCT ON (country, concept, period) country, concept, period, value, reliability, source, reported_on
FROM (
    SELECT body->>'country' AS country, body->>'concept' AS concept, body->>'period' AS period,
        (body->>'value')::bigint AS value, body->>'reliability' AS reliability, body->>'source' AS source,
        (body->>'reported_on')::date AS reported_on, fact
    FROM register_fact WHERE kind = 'host_country_figure.v1' AND NOT withdrawn
) reported ORDER BY country, concept, period, reported_on DESC, fact
"""


async def newest(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Of each country, concept and period the figure that was reported last."""
    return list(await connection.fetch(_NEWEST))
