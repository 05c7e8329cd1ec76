"""Employers of foreign labour and their staff, as they report it (L1)."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.authority import expect_to_act_for
from services.permits.cases.declaration import as_document, upsert_document
from services.permits.store import tables
from shared import clock
from shared.db import records
from shared.db.records import Submission
from shared.errors import Fault, Invalid
from shared.events.permits import Category
from shared.events.wire import Activity, Bin, Date, Region, Text, WireModel
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work

Heads = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Employer(WireModel):
    """An enterprise that employs foreigners: its OKED section and the region of its seat."""

    bin: Bin
    name: Text
    activity: Activity
    region: Region


class StaffReport(WireModel):
    """How many citizens of Kazakhstan worked for the employer in each category, at the end of a day. A category that
    is not named has none. Foreigners are not reported: the register knows whom it gave a permit."""

    employer_bin: Bin
    as_of: Date
    citizens: dict[Category, Heads]


async def register(
    engine: AsyncEngine, employer: Employer, *, version: int | None, key: IdempotencyKey | None, caller: Caller
) -> dict[str, Any]:
    """Puts the employer on record, or changes it. Raises Forbidden, VersionRequired, VersionMismatch."""
    expect_to_act_for(caller, employer.bin)
    submission = Submission(employer.bin, employer, caller.subject)
    async with unit_of_work(engine) as unit:
        return dict(
            await idempotent_json(
                unit.connection, key, lambda: upsert_document(unit, tables.employer, submission, version)
            )
        )


async def read(engine: AsyncEngine, bin_number: str, caller: Caller) -> dict[str, Any]:
    """Raises Forbidden, NotFound."""
    expect_to_act_for(caller, bin_number)
    async with engine.connect() as connection:
        return as_document(await records.load_by_source(connection, tables.employer, bin_number))


async def report_staff(
    engine: AsyncEngine, report: StaffReport, *, version: int | None, key: IdempotencyKey | None, caller: Caller
) -> dict[str, Any]:
    """Keeps the report of a day, or corrects it. Raises Forbidden, NotFound for an unknown employer, Invalid for a day
    that is not over, VersionRequired, VersionMismatch."""
    expect_to_act_for(caller, report.employer_bin)
    if report.as_of > clock.today():
        raise Invalid("Staff can be reported up to today.", faults=[Fault("/as_of", "Lies in the future.")])
    columns = {"employer_bin": report.employer_bin, "as_of": report.as_of}
    name = f"{report.employer_bin}:{report.as_of}"
    submission = Submission(name, report, caller.subject, columns)

    async def make() -> dict[str, Any]:
        await records.load_by_source(unit.connection, tables.employer, report.employer_bin)
        return await upsert_document(unit, tables.staff_report, submission, version)

    async with unit_of_work(engine) as unit:
        return dict(await idempotent_json(unit.connection, key, make))


async def read_staff(engine: AsyncEngine, bin_number: str, as_of: date, caller: Caller) -> dict[str, Any]:
    """The report of one day. Raises Forbidden, NotFound."""
    expect_to_act_for(caller, bin_number)
    async with engine.connect() as connection:
        return as_document(await records.load_by_source(connection, tables.staff_report, f"{bin_number}:{as_of}"))
