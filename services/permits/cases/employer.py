"""Employers of foreign labour and their staff, as they report it (L1)."""

from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.permits.store import tables
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Fault, Invalid, NotFound
from shared.events.permits import Category
from shared.events.wire import Activity, Bin, Date, Region, Text, WireModel
from shared.http.answers import SeenVersions
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_reach, reaches
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import plausibility
from shared.records.declaration import Declaration, DocumentState, document_of, upsert_document
from shared.records.step import perform

Heads = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


EmployerForm = Literal["small_business", "branch", "state_body", "special_economic_zone"]
"""What may exempt an employer from local content; a branch is one, or a representation, of a foreign company."""


class EmployerDetails(WireModel):
    """The enterprise: name, OKED section of its activity, region of its seat."""

    name: Text
    activity: Activity
    region: Region
    form: EmployerForm | None = None


class Employer(EmployerDetails):
    """An enterprise that employs foreigners: its OKED section and the region of its seat."""

    bin: Bin


EMPLOYERS = belongs_to(region="region", employer="bin")


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
    """Puts the employer on record, or changes it. Raises Invalid, Forbidden for one out of the caller's reach, NotFound
    where the one on record is, VersionRequired, VersionMismatch."""
    expect_reach(caller, EMPLOYERS, employer)
    plausibility.expect(employer)
    declared = Declaration(employer.bin, employer, caller.subject)

    async def seen(unit: UnitOfWork) -> None:
        with suppress(_Unknown):
            await _reached(unit.connection, employer.bin, caller)

    async def act(unit: UnitOfWork) -> DocumentState[Employer]:
        await seen(unit)
        return await upsert_document(unit, tables.employer, declared, version)

    return await perform(engine, key, DocumentState[Employer], act, seen=seen)


class _Unknown(NotFound):
    """No such employer is on record."""


async def _reached(connection: AsyncConnection, bin_number: str, caller: Caller) -> Record:
    """The employer's record, if the caller reaches it. Raises NotFound, of the kind _Unknown where there is none."""
    try:
        record = await records.load_by_source(connection, tables.employer, bin_number)
    except NotFound as unknown:
        raise _Unknown(unknown.detail) from None
    if not reaches(caller, EMPLOYERS, Employer.read(record.body)):
        raise NotFound("There is no such employer.")
    return record


async def read(engine: AsyncEngine, bin_number: str, caller: Caller) -> DocumentState[Employer]:
    """Raises NotFound."""
    async with engine.connect() as connection:
        return document_of(Employer, await _reached(connection, bin_number, caller))


async def report_staff(
    engine: AsyncEngine,
    report: StaffReport,
    *,
    version: SeenVersions | None,
    key: IdempotencyKey | None,
    caller: Caller,
) -> DocumentState[StaffReport]:
    """Keeps the report of a day, or corrects it. Raises NotFound for an employer that is unknown or out of the caller's
    reach, Invalid for a day that is not over, VersionRequired, VersionMismatch."""
    if report.as_of > clock.today():
        raise Invalid("Staff can be reported up to today.", faults=[Fault("/as_of", "Lies in the future.")])
    columns = {"employer_bin": report.employer_bin, "as_of": report.as_of}
    declared = Declaration(f"{report.employer_bin}:{report.as_of}", report, caller.subject, columns=columns)

    async def seen(unit: UnitOfWork) -> None:
        await _reached(unit.connection, report.employer_bin, caller)

    async def act(unit: UnitOfWork) -> DocumentState[StaffReport]:
        await seen(unit)
        return await upsert_document(unit, tables.staff_report, declared, version)

    return await perform(engine, key, DocumentState[StaffReport], act, seen=seen)


async def read_staff(engine: AsyncEngine, bin_number: str, as_of: date, caller: Caller) -> DocumentState[StaffReport]:
    """The report of one day. Raises NotFound."""
    async with engine.connect() as connection:
        await _reached(connection, bin_number, caller)
        record = await records.load_by_source(connection, tables.staff_report, f"{bin_number}:{as_of}")
    return document_of(StaffReport, record)
