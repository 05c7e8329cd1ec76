"""Pools of the quotas of foreign labour, as the permits register tells of them: places, and nobody's."""

import asyncpg

from services.accounting.store.members import day, number, text
from shared.events.permits import QuotaPool

_POOLS = f"""
SELECT {number(QuotaPool, "year")} AS year, {number(QuotaPool, "quota_version")} AS version,
    {text(QuotaPool, "act")} AS act, {day(QuotaPool, "holds_from")} AS holds_from, {text(QuotaPool, "kind")} AS kind,
    {text(QuotaPool, "category")} AS category, {text(QuotaPool, "region")} AS region,
    {text(QuotaPool, "activity")} AS activity, {text(QuotaPool, "country")} AS country,
    {number(QuotaPool, "size")} AS size, {number(QuotaPool, "moved")} AS moved,
    {number(QuotaPool, "reserved")} AS reserved, {number(QuotaPool, "used")} AS used,
    {day(QuotaPool, "as_of")} AS as_of
FROM derived.record WHERE kind = '{QuotaPool.NAME}' ORDER BY 1, 2, 5, 6, 7, 8, 9
"""  # noqa: S608  (names of our own members)


async def pools(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every pool of every version of every year's quota, in its newest state."""
    return list(await connection.fetch(_POOLS))
