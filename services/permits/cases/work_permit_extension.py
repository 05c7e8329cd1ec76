"""Extensions of employers' permits: applied for, read, taken back (L3).

The states and what leads from one to the next stand in TRANSITIONS; `decide` and `pay` are in
extended_work_permit. An extension names the permit and holds no person: whose permit it is stands there, and is logged
(decision 0041).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.fee import FeeDue, Payment
from services.permits.cases.work_permit_application import TakeBack
from services.permits.rules import work_permit_extension as rule
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota, tables
from services.permits.store import work_permit_application as work_list
from services.permits.store import work_permit_extension as store
from services.permits.store.tables import work_permit_extension as extensions
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, NotFound
from shared.events.permits import WorkPermit
from shared.events.wire import Bin, Date, ReckonedDate, Region, SourceId, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_own, sees, within
from shared.kernel.decisions import Decision
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.files import File, FileType, read_file, step_file, submit_file
from shared.records.step import StepRequest

Status = Literal["submitted", "refused", "granted", "extended", "withdrawn", "lapsed"]
Act = Literal["decide", "set_fee", "pay", "withdraw", "lapse"]

TRANSITIONS: dict[Act, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    # granted, a place is reserved and the fee is due; where none is due, the permit is extended at once
    "decide": (("submitted",), ("refused", "granted", "extended")),
    # by an officer, where the rulebook does not know the rate
    "set_fee": (("granted",), ("granted",)),
    "pay": (("granted",), ("extended",)),
    # by the employer: the reserved place goes back
    "withdraw": (("submitted", "granted"), ("withdrawn",)),
    # the fee was not paid in its term: the reserved place goes back
    "lapse": (("granted",), ("lapsed",)),
}
"""From which states each act leads, and to which."""

KINDS = ("employer", "seasonal", "intra_corporate")
EXTENSIONS = belongs_to(region="region", employer="employer_bin", shown_to={"region": "further_regions"})


class PermitExtension(WireModel):
    """An employer asks that a permit hold longer: until which last day, and at what wage in tenge a month."""

    source_id: SourceId
    permit_id: UUID
    valid_until: ReckonedDate
    wage: int = Field(strict=True, ge=0, le=1_000_000_000)


class PermitExtensionFile(File):
    """An application for an extension and what became of it. `valid_from` is the day after the permit's last day,
    `further_regions` the permit's."""

    application: PermitExtension
    employer_bin: Bin
    region: Region
    status: Status
    submitted_on: Date
    decide_by: Date
    valid_from: Date
    decision: Decision | None = None
    fee: FeeDue | None = None
    payment: Payment | None = None
    further_regions: tuple[Region, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "permit_id": self.application.permit_id,
            "employer_bin": self.employer_bin,
            "status": self.status,
            "decide_by": self.decide_by,
            "pay_by": self.fee.pay_by if self.fee else None,
            "valid_from": self.valid_from,
        }


class PermitExtensionState(Versioned, PermitExtensionFile):
    """An application for an extension and what became of it, as the register holds it."""

    id: UUID


class PermitExtensionLine(BaseModel):
    """An application for an extension in the work list."""

    id: UUID
    employer_bin: Bin
    status: Status
    decide_by: Date
    pay_by: Date | None


def fact_of(permit: Record) -> WorkPermit:
    """What a record of a permit says."""
    return WorkPermit.read(permit.body)


async def permit_of(unit: UnitOfWork, file: PermitExtensionFile, *, lock: bool = False) -> Record:
    """The permit that the extension is for, locked if asked."""
    return await records.load(unit.connection, tables.work_permit, file.application.permit_id, lock=lock)


async def _itself(_unit: UnitOfWork, file: PermitExtensionFile) -> PermitExtensionFile:
    """The places and the employer stand in the file: the application names the permit only."""
    return file


async def _note(
    unit: UnitOfWork, id: UUID, file: PermitExtensionFile, caller: Caller, action: access_log.Action, reason: str | None
) -> None:
    person = fact_of(await permit_of(unit, file)).person
    await access_log.log_access(unit.connection, caller, action, extensions.name, id, person, reason)


FILES = FileType(
    "There is no such application for an extension.",
    extensions,
    PermitExtensionFile,
    PermitExtensionState,
    TRANSITIONS,
    scope=EXTENSIONS,
    note=_note,
    whose=_itself,
)


async def submit(engine: AsyncEngine, asked: PermitExtension, caller: Caller) -> tuple[PermitExtensionState, bool]:
    """The application as it is held, and whether it is new. Raises NotFound for a permit out of the caller's reach,
    Invalid, Conflict for a permit of another kind, one whose extension is asked for already, or where the employer's
    source id holds another application."""
    plausibility.expect(asked)
    async with unit_of_work(engine) as unit:
        permit = fact_of(await permit_for(unit, asked.permit_id, caller, lock=True))
        file = drafted_extension(asked, permit, clock.today())
        name = f"{file.employer_bin}:{asked.source_id}"
        open_one = await store.opened(unit.connection, asked.permit_id)
        if open_one is not None and (await records.load(unit.connection, extensions, open_one)).source_id != name:
            raise Conflict("An extension of the permit is asked for already: take that one back, or wait for it.")
        return await submit_file(unit, FILES, name, file, caller)


def drafted_extension(asked: PermitExtension, permit: WorkPermit, today: date) -> PermitExtensionFile:
    """The application as it would be submitted today. Raises Conflict for a permit that no employer applied for."""
    if permit.employer_bin is None or permit.kind not in KINDS:
        raise Conflict("Only permits that an employer applied for are extended here.")
    return PermitExtensionFile(
        application=asked,
        employer_bin=permit.employer_bin,
        region=permit.region,
        status="submitted",
        submitted_on=today,
        decide_by=rule.decide_by(today, rulebook().on(today)),
        valid_from=rule.first_day(permit.valid_until),
        further_regions=permit.further_regions,
    )


def file_of(record: Record) -> PermitExtensionFile:
    """The application that the register holds."""
    return PermitExtensionFile.read(record.body)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> PermitExtensionState:
    """Its present state; the reading is logged for the worker. Raises NotFound."""
    return await read_file(engine, FILES, id, caller)


async def find(
    engine: AsyncEngine, status: Status | None, after: tuple[date, UUID] | None, limit: int, caller: Caller
) -> Sequence[PermitExtensionLine]:
    """The work list, most urgent first, of those that the caller reaches; without persons."""
    own = within(caller, EXTENSIONS, store.places(), store.shown())
    async with engine.connect() as connection:
        lines = await work_list.find(connection, extensions, own, status, after, limit)
    return [PermitExtensionLine.model_validate(asdict(line)) for line in lines]


async def withdraw(asked: StepRequest, body: TakeBack) -> PermitExtensionState:
    """The employer no longer wants the extension; the permit stays as it is. Raises as `step_file`."""

    async def change(unit: UnitOfWork, file: PermitExtensionFile) -> tuple[PermitExtensionFile, str]:
        await quota.release(unit.connection, asked.id)
        return file.model_copy(update={"status": "withdrawn"}), body.reason

    return await step_file(asked, FILES, "withdraw", change)


async def permit_for(unit: UnitOfWork, id: UUID, caller: Caller, *, lock: bool = False) -> Record:
    """The permit whose extension is asked for. Raises NotFound, also out of the caller's reach, Forbidden for an
    officer of a further region."""
    record = await records.load(unit.connection, tables.work_permit, id, lock=lock)
    if not sees(caller, EXTENSIONS, fact_of(record)):
        raise NotFound("There is no such work permit.")
    expect_own(caller, EXTENSIONS, fact_of(record))
    return record
