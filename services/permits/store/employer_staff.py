"""Staff of employers with foreigners on a day, and which state of it others were told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.employer import TRANSFER
from services.permits.store.quota_told import Told
from services.permits.store.tables import staff_report

TOLD_LOCK = 0x73746166  # "staf": first half of the advisory lock's key, the year is the second

_STAFF = text("""
WITH foreigners AS (
    SELECT employer_bin, category, count(*) AS foreigners FROM work_permit
    WHERE employer_bin IS NOT NULL AND category IS NOT NULL AND kind <> :transfer AND NOT withdrawn
        AND holds_from <= :day AND holds_until >= :day
    GROUP BY employer_bin, category
), reported AS (
    SELECT DISTINCT ON (employer_bin) employer_bin, as_of, CAST(body AS text) AS body FROM staff_report
    WHERE as_of <= :day AND NOT withdrawn ORDER BY employer_bin, as_of DESC
)
SELECT employer_bin, as_of, body, CAST(json_object_agg(category, foreigners) AS text) AS foreigners
FROM foreigners LEFT JOIN reported USING (employer_bin) GROUP BY employer_bin, as_of, body ORDER BY employer_bin
""")
_TOLD = text("SELECT subject, version, state FROM staff_told WHERE starts_with(subject, :prefix)")
_TELL = text("""
INSERT INTO staff_told (subject, version, state)
SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:versions AS int[]), CAST(:states AS text[]))
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, state = excluded.state
""")


async def first_report(connection: AsyncConnection) -> date | None:
    """The day of the oldest report of anybody's staff."""
    first: date | None = await connection.scalar(select(func.min(staff_report.c.as_of)))
    return first


async def staff_on(connection: AsyncConnection, day: date) -> list[Row[tuple[Any, ...]]]:
    """Of each employer whom a foreigner works for on a day, not by transfer: employer_bin; as_of and body of the newest
    report up to the day, null without; foreigners by category. Counted as a decision counts them."""
    return list(await connection.execute(_STAFF, {"day": day, "transfer": TRANSFER}))


async def told(connection: AsyncConnection, year: int, prefix: str) -> Mapping[str, Told]:
    """What was told of a year's staff, by subject; nobody else tells of it until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(TOLD_LOCK, year)))
    rows = await connection.execute(_TOLD, {"prefix": prefix})
    return {row.subject: Told(row.version, row.state) for row in rows}


async def tell(connection: AsyncConnection, told: Mapping[str, Told]) -> None:
    """Notes what is told now."""
    if told:
        values = list(told.values())
        arrays = {"versions": [each.version for each in values], "states": [each.state for each in values]}
        await connection.execute(_TELL, {"subjects": list(told), **arrays})
