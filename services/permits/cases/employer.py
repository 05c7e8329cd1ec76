"""Employers of foreign labour and their staff, as they report it (L1)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.authority import expect_to_act_for
from services.permits.cases.declaration import Declaration, DocumentState, document_of, upsert_document
from services.permits.store import tables
from shared import clock
from shared.db import records
from shared.errors import Fault, Invalid
from shared.events.permits import Category
from shared.events.wire import Activity, Bin, Date, Region, Text, WireModel
from shared.http.answers import SeenVersions
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.step import perform

Heads = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class EmployerDetails(WireModel):
    """The enterprise: name, OKED section of its activity, region of its seat."""

    name: Text
    activity: Activity
    region: Region


class Employer(EmployerDetails):
    """An enterprise that employs foreigners: its OKED section and the region of its seat."""

    bin: Bin


class StaffCounts(WireModel):
    """Citizens of Kazakhstan in each category at the end of the day; a category that is not named has none."""

    citizens: dict[Category, Heads]


class StaffReport(StaffCounts):
    """How many citizens of Kazakhstan worked for the employer in each category, at the end of a day. A category that
    is not named has none. Foreigners are not reported: the register knows whom it gave a permit."""

    employer_bin: Bin
    as_of: Date


async def register(
    engine: AsyncEngine, employer: Employer, *, version: SeenVersions | None, key: IdempotencyKey | None, caller: Caller
) -> DocumentState[Employer]:
    """Puts the employer on record, or changes it. Raises Forbidden, VersionRequired, VersionMismatch."""
    expect_to_act_for(caller, employer.bin)
    declared = Declaration(employer.bin, employer, caller.subject)

    async def act(unit: UnitOfWork) -> DocumentState[Employer]:
        return await upsert_document(unit, tables.employer, declared, version)

    return await perform(engine, key, DocumentState[Employer], act)


async def read(engine: AsyncEngine, bin_number: str, caller: Caller) -> DocumentState[Employer]:
    """Raises Forbidden, NotFound."""
    expect_to_act_for(caller, bin_number)
    async with engine.connect() as connection:
        return document_of(Employer, await records.load_by_source(connection, tables.employer, bin_number))


async def report_staff(
    engine: AsyncEngine,
    report: StaffReport,
    *,
    version: SeenVersions | None,
    key: IdempotencyKey | None,
    caller: Caller,
) -> DocumentState[StaffReport]:
    """Keeps the report of a day, or corrects it. Raises Forbidden, NotFound for an unknown employer, Invalid for a day
    that is not over, VersionRequired, VersionMismatch."""
    expect_to_act_for(caller, report.employer_bin)
    if report.as_of > clock.today():
        raise Invalid("Staff can be reported up to today.", faults=[Fault("/as_of", "Lies in the future.")])
    columns = {"employer_bin": report.employer_bin, "as_of": report.as_of}
    declared = Declaration(f"{report.employer_bin}:{report.as_of}", report, caller.subject, columns=columns)

    async def act(unit: UnitOfWork) -> DocumentState[StaffReport]:
        await records.load_by_source(unit.connection, tables.employer, report.employer_bin)
        return await upsert_document(unit, tables.staff_report, declared, version)

    return await perform(engine, key, DocumentState[StaffReport], act)


async def read_staff(engine: AsyncEngine, bin_number: str, as_of: date, caller: Caller) -> DocumentState[StaffReport]:
    """The report of one day. Raises Forbidden, NotFound."""
    expect_to_act_for(caller, bin_number)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, tables.staff_report, f"{bin_number}:{as_of}")
    return document_of(StaffReport, record)
