"""What sources reported of personal transfers, as the consular register holds it."""

import asyncpg

from services.accounting.store.members import day, number, text
from shared.events.consular import Remittance

# As of host countries' figures: of two that were reported on one day the same one counts always.
_NEWEST = f"""
SELECT DISTINCT ON (country, direction, period, currency)
    country, direction, period, currency, amount, source, reported_on
FROM (
    SELECT {text(Remittance, "country")} AS country, {text(Remittance, "direction")} AS direction,
        {text(Remittance, "period")} AS period, {text(Remittance, "currency")} AS currency,
        {number(Remittance, "amount")} AS amount, {text(Remittance, "source")} AS source,
        {day(Remittance, "reported_on")} AS reported_on, person
    FROM derived.record WHERE kind = '{Remittance.NAME}'
) reported ORDER BY country, direction, period, currency, reported_on DESC, person
"""  # noqa: S608  (names of our own members)


async def newest(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Of each country, direction, period and currency the amount that was reported last."""
    return list(await connection.fetch(_NEWEST))
