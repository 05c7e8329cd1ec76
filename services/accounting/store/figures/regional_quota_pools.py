"""Pools of the regional quotas of kandas and resettlers, as their register tells of them: places, and nobody's."""

import asyncpg

from services.accounting.store.members import day, number, text
from shared.events.kandas import RegionalQuotaPool

_NEWEST = f"""
SELECT * FROM (
    SELECT {number(RegionalQuotaPool, "year")} AS year, {text(RegionalQuotaPool, "act")} AS act,
        {day(RegionalQuotaPool, "holds_from")} AS holds_from, {text(RegionalQuotaPool, "kind")} AS kind,
        {text(RegionalQuotaPool, "region")} AS region, {number(RegionalQuotaPool, "size")} AS size,
        rank() OVER (PARTITION BY {number(RegionalQuotaPool, "year")}
            ORDER BY {number(RegionalQuotaPool, "quota_version")} DESC) AS age
    FROM derived.record WHERE kind = '{RegionalQuotaPool.NAME}'
) pools WHERE age = 1 ORDER BY year, kind, region
"""  # noqa: S608  (names of our own members)


async def newest(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every pool of the newest version of every year's quotas."""
    return list(await connection.fetch(_NEWEST))
