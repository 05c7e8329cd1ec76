"""Extensions of employers' permits: applied for, read, taken back (L3).

The states and what leads from one to the next stand in TRANSITIONS; `decide` and `pay` are in
extended_work_permit. An extension names the permit and holds no person: whose permit it is stands there, and is logged
(decision 0041).
"""

from collections.abc import Awaitable, Callable, Sequence
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
from shared.db.records import Record, Submission
from shared.errors import Conflict, NotFound
from shared.events.permits import WorkPermit
from shared.events.wire import Bin, Date, ReckonedDate, Region, SourceId, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_own, sees, within
from shared.kernel.decisions import Decision
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.step import StepRequest, perform

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


class PermitExtensionFile(WireModel):
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


Change = Callable[[UnitOfWork, PermitExtensionFile, Record], Awaitable[tuple[PermitExtensionFile, str]]]


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
        submission = Submission(name, file, caller.subject, file.columns)
        (taken,) = await records.submit(unit.connection, extensions, [submission])
        record = await records.load(unit.connection, extensions, taken.id)
        held = read_file(record)
        if held.application != asked:
            raise Conflict("The same source_id holds another application; take a new one for a new application.")
        await _note(unit, record.id, permit, caller, "create" if taken.outcome == "created" else "repeat", None)
    return _state_of(record, held), taken.outcome == "created"


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


def read_file(record: Record) -> PermitExtensionFile:
    """The application that the register holds."""
    return PermitExtensionFile.read(record.body)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> PermitExtensionState:
    """Its present state; the reading is logged for the worker. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, extensions, id)
        file = _shown(record, caller)
        await _note(unit, id, fact_of(await _permit_record(unit, file)), caller, "read", None)
    return _state_of(record, file)


async def find(
    engine: AsyncEngine, status: Status | None, after: tuple[date, UUID] | None, limit: int, caller: Caller
) -> Sequence[PermitExtensionLine]:
    """The work list, most urgent first, of those that the caller reaches; without persons."""
    own = within(caller, EXTENSIONS, store.places(), store.shown())
    async with engine.connect() as connection:
        lines = await work_list.find(connection, extensions, own, status, after, limit)
    return [PermitExtensionLine.model_validate(asdict(line)) for line in lines]


async def withdraw(asked: StepRequest, body: TakeBack) -> PermitExtensionState:
    """The employer no longer wants the extension; the permit stays as it is. Raises as `step_extension`."""

    async def change(unit: UnitOfWork, file: PermitExtensionFile, _permit: Record) -> tuple[PermitExtensionFile, str]:
        await quota.release(unit.connection, asked.id)
        return file.model_copy(update={"status": "withdrawn"}), body.reason

    return await step_extension(asked, "withdraw", change)


async def step_extension(asked: StepRequest, act: Act, change: Change) -> PermitExtensionState:
    """The application after an act. Raises NotFound, also out of the caller's reach, VersionMismatch, Conflict where
    its state is none that the act leads from or the key was used for another request, and what `change` raises."""

    async def perform_act(unit: UnitOfWork) -> PermitExtensionState:
        record = await records.load(unit.connection, extensions, asked.id, lock=True)
        file = _seen(record, asked.caller)
        records.expect_version(record, asked.version)
        expect_open_to(act, file)
        permit = await _permit_record(unit, file, lock=True)
        changed, reason = await change(unit, file, permit)
        if changed.status not in TRANSITIONS[act][1]:
            raise ValueError(f"{act} does not lead to {changed.status}")
        revised = await records.revise(
            unit.connection,
            extensions,
            record,
            changed.model_dump_json(),
            author=asked.caller.subject,
            reason=reason,
            columns=changed.columns,
        )
        await _note(unit, revised.id, fact_of(permit), asked.caller, "change", reason)
        return _state_of(revised, changed)

    async def repeated(unit: UnitOfWork, shown: PermitExtensionState) -> None:
        await _note(unit, shown.id, fact_of(await _permit_record(unit, shown)), asked.caller, "repeat", None)

    async def seen(unit: UnitOfWork) -> None:
        _seen(await records.load(unit.connection, extensions, asked.id), asked.caller)

    return await perform(asked.engine, asked.key, PermitExtensionState, perform_act, seen=seen, repeated=repeated)


def expect_open_to(act: Act, file: PermitExtensionFile) -> None:
    """Raises Conflict in a state that the act does not lead from."""
    sources, _ = TRANSITIONS[act]
    if file.status not in sources:
        raise Conflict(f"The application is {file.status}; this can be done only while it is {' or '.join(sources)}.")


def _seen(record: Record, caller: Caller) -> PermitExtensionFile:
    """The file, if the caller may act on it. Raises NotFound, Forbidden for an officer of a further region."""
    file = _shown(record, caller)
    expect_own(caller, EXTENSIONS, file)
    return file


def _shown(record: Record, caller: Caller) -> PermitExtensionFile:
    """The file, if the caller may read it. Raises NotFound."""
    file = read_file(record)
    if not sees(caller, EXTENSIONS, file):
        raise NotFound("There is no such application for an extension.")
    return file


async def permit_for(unit: UnitOfWork, id: UUID, caller: Caller, *, lock: bool = False) -> Record:
    """The permit whose extension is asked for. Raises NotFound, also out of the caller's reach, Forbidden for an
    officer of a further region."""
    record = await records.load(unit.connection, tables.work_permit, id, lock=lock)
    if not sees(caller, EXTENSIONS, fact_of(record)):
        raise NotFound("There is no such work permit.")
    expect_own(caller, EXTENSIONS, fact_of(record))
    return record


async def _permit_record(unit: UnitOfWork, file: PermitExtensionFile, *, lock: bool = False) -> Record:
    return await records.load(unit.connection, tables.work_permit, file.application.permit_id, lock=lock)


def fact_of(permit: Record) -> WorkPermit:
    """What a record of a permit says."""
    return WorkPermit.read(permit.body)


def _state_of(record: Record, file: PermitExtensionFile) -> PermitExtensionState:
    return PermitExtensionState(id=record.id, version=record.version, **dict(file))


async def _note(
    unit: UnitOfWork, id: UUID, permit: WorkPermit, caller: Caller, action: access_log.Action, reason: str | None
) -> None:
    await access_log.log_access(unit.connection, caller, action, extensions.name, id, permit.person, reason)
