"""What the register knows of an employer's staff."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.rules.work_permit_application import Staff
from services.permits.store.tables import staff_report, work_permit, work_permit_application

TRANSFER = "intra_corporate"
_ILLEGAL_WORK = text("""
SELECT max(inspected_on) FROM employer_inspection
WHERE employer_bin = :bin AND NOT withdrawn AND inspected_on <= :until AND EXISTS (
    SELECT FROM json_array_elements(body #> '{violations}') AS found (violation)
    WHERE violation #>> '{kind}' IN ('work_without_permit', 'other_trade_than_permitted'))
""")


async def staff_on(connection: AsyncConnection, bin_number: str, day: date, without: UUID | None = None) -> Staff:
    """The newest report up to a day, and the foreigners whose permit holds on that day or later or who are promised
    one, but for the permit `without`. The employer must be locked, so that two decisions do not overlook each other."""
    report = await connection.execute(
        select(staff_report.c.as_of, staff_report.c.body)
        .where(staff_report.c.employer_bin == bin_number, staff_report.c.as_of <= day)
        .order_by(staff_report.c.as_of.desc())
        .limit(1)
    )
    newest = report.one_or_none()
    workers = [*await _holders(connection, bin_number, day, without), *await _promised(connection, bin_number)]
    return Staff(
        newest.as_of if newest else None,
        orjson.loads(newest.body)["citizens"] if newest else {},
        _by_category(workers, transferred=False),
        _by_category(workers, transferred=True),
    )


async def _holders(
    connection: AsyncConnection, bin_number: str, day: date, without: UUID | None
) -> Iterable[tuple[str, str | None, int]]:
    """Kind, category and number of permits that hold on `day` or will."""
    held = (
        select(work_permit.c.kind, work_permit.c.category, func.count())
        .where(work_permit.c.employer_bin == bin_number, work_permit.c.holds_until >= day, ~work_permit.c.withdrawn)
        .group_by(work_permit.c.kind, work_permit.c.category)
    )
    if without is not None:
        held = held.where(work_permit.c.id != without)
    return [(row[0], row[1], row[2]) for row in await connection.execute(held)]


async def _promised(connection: AsyncConnection, bin_number: str) -> Iterable[tuple[str, str | None, int]]:
    """The same of applications that are granted and wait for their fee."""
    table = work_permit_application
    granted = select(table.c.body).where(table.c.employer_bin == bin_number, table.c.status == "granted")
    bodies = [orjson.loads(row.body)["application"] for row in await connection.execute(granted)]
    return [(body["kind"], worker["category"], 1) for body in bodies for worker in body["workers"]]


async def illegal_work(connection: AsyncConnection, bin_number: str, until: date) -> date | None:
    """The last day up to `until` on which a check found the employer's foreigners at work without a permit or in
    another trade than theirs."""
    last: date | None = await connection.scalar(_ILLEGAL_WORK, {"bin": bin_number, "until": until})
    return last


async def category_4_since(connection: AsyncConnection, bin_number: str, day: date) -> int:
    """Permits of category 4 of the employer, without transfers, that began on `day` or before and held for a day."""
    began = (
        select(func.count())
        .select_from(work_permit)
        .where(work_permit.c.employer_bin == bin_number, work_permit.c.category == "4", ~work_permit.c.withdrawn)
        .where(work_permit.c.kind != TRANSFER, work_permit.c.holds_from <= day)
        .where(work_permit.c.holds_until >= work_permit.c.holds_from)
    )
    return await connection.scalar(began) or 0


def _by_category(workers: Iterable[tuple[Any, Any, int]], *, transferred: bool) -> dict[str, int]:
    counted: dict[str, int] = {}
    for kind, category, number in workers:
        if category is not None and (kind == TRANSFER) == transferred:
            counted[category] = counted.get(category, 0) + number
    return counted
