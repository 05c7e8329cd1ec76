"""The extension of a status: asked for, decided by the rules of the day, taken back (K1).

While one is asked for and not decided, the status does not expire: who asked in time does not lose it by our delay.
"""

from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.kandas_status import STATUSES, after, allow
from services.kandas.rules import status_extension as rules
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import status_extension as store
from services.kandas.store.tables import kandas_extension, kandas_status
from shared import clock
from shared.audit.access_log import Action
from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import Conflict
from shared.events.kandas import KandasStatus
from shared.events.wire import Date, SourceId, Text, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.files import File, FileType, read_file, step_file
from shared.records.step import StepRequest

State = Literal["submitted", "granted", "refused", "withdrawn"]
Act = Literal["decide", "withdraw"]

TRANSITIONS: dict[Act, tuple[tuple[State, ...], tuple[State, ...]]] = {
    "decide": (("submitted",), ("granted", "refused")),
    "withdraw": (("submitted",), ("withdrawn",)),
}
"""From which states each act leads, and to which."""


class ExtensionRequest(WireModel):
    """A member asks for the status to hold longer."""

    source_id: SourceId
    status: UUID = Field(description="the record of the status")
    until: Date = Field(description="last day that is asked for")
    reason: Text


class ExtensionWithdrawal(WireModel):
    """Why the extension is no longer asked for."""

    reason: Text


class ExtensionDecision(WireModel):
    """Nothing is found by the officer: the rules decide on what is on record."""


class ExtensionFile(File):
    """An application for an extension and what became of it."""

    application: ExtensionRequest
    state: State
    asked_on: Date
    decide_by: Date
    decided_on: Date | None = None
    decision: Decision | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {"status": self.application.status, "state": self.state}


class ExtensionState(Versioned, ExtensionFile):
    """An application for an extension, as the register holds it."""

    id: UUID


async def _locked(unit: UnitOfWork, id: UUID) -> Record:
    """The status: of two acts on it the second sees what the first did."""
    return await records.load(unit.connection, kandas_status, id, lock=True)


async def _status_of(unit: UnitOfWork, file: ExtensionFile) -> KandasStatus:
    """An extension belongs to where its status does."""
    return KandasStatus.read((await _locked(unit, file.application.status)).body)


async def _note(
    unit: UnitOfWork, _id: UUID, file: ExtensionFile, caller: Caller, action: Action, reason: str | None
) -> None:
    """An extension holds no person: the log tells of the status."""
    held = await _locked(unit, file.application.status)
    await intake.log(unit, STATUSES, held, KandasStatus.read(held.body), caller, action, reason)


FILES = FileType(
    "There is no such extension of a status.",
    kandas_extension,
    ExtensionFile,
    ExtensionState,
    TRANSITIONS,
    scope=STATUSES.scope,
    note=_note,
    state=attrgetter("state"),
    whose=_status_of,
)


async def apply(engine: AsyncEngine, asked: ExtensionRequest, caller: Caller) -> tuple[ExtensionState, bool]:
    """The application, and whether it is new. Raises NotFound for a status out of reach, Conflict where none is in
    force, another one waits, or the source id holds other content."""
    async with unit_of_work(engine) as unit:
        held = await _locked(unit, asked.status)
        intake.visible_fact(STATUSES, held, caller)
        today = clock.today()
        decide_by = rules.decide_by(today, rulebook().on(today))
        file = ExtensionFile(application=asked, state="submitted", asked_on=today, decide_by=decide_by)
        submission = Submission(asked.source_id, file, caller.subject, file.columns)
        (taken,) = await records.submit(unit.connection, kandas_extension, [submission])
        record = await records.load(unit.connection, kandas_extension, taken.id)
        found = ExtensionFile.read(record.body)
        if found.application != asked:
            raise Conflict("The same source_id holds another application; take a new one for a new application.")
        if taken.outcome == "created":
            await _expect_extensible(unit, held, record)
        action: Action = "change" if taken.outcome == "created" else "read"
        await _note(unit, record.id, found, caller, action, "extension asked for")
        return await FILES.shown(unit, record, found), taken.outcome == "created"


async def _expect_extensible(unit: UnitOfWork, held: Record, record: Record) -> None:
    status = KandasStatus.read(held.body)
    allow(status, "extend")
    if held.withdrawn or status.valid_until is None:
        raise Conflict("The status has no last day that could be moved; correct its record.")
    if await store.count(unit.connection, held.id, "submitted", record.id):
        raise Conflict("Another extension of this status waits for its decision.")


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> ExtensionState:
    """Its present state; the reading is logged. Raises NotFound."""
    return await read_file(engine, FILES, id, caller)


async def decide(asked: StepRequest, _: ExtensionDecision) -> ExtensionState:
    """Decides today; what is granted moves the last day of the status. Raises as `step_file`, and Conflict where
    the status is no longer in force."""

    async def change(unit: UnitOfWork, file: ExtensionFile) -> tuple[ExtensionFile, str]:
        held = await _locked(unit, file.application.status)
        status, today = KandasStatus.read(held.body), clock.today()
        allow(status, "extend")
        if held.withdrawn or status.valid_until is None:
            raise Conflict("The status has no last day that could be moved; correct its record.")
        extended = await store.count(unit.connection, held.id, "granted", asked.id)
        facts = rules.ExtensionAsked(file.asked_on, status.valid_until, file.application.until, extended)
        decision = rules.rule(facts, rulebook().on(today))
        granted = decision.outcome is DecisionOutcome.GRANTED
        if granted:
            longer = after("extend", status, valid_until=file.application.until)
            await intake.revise_within(unit, STATUSES, held, longer, asked.caller, "extension")
        state: State = "granted" if granted else "refused"
        return file.model_copy(update={"state": state, "decided_on": today, "decision": decision}), "decision"

    return await step_file(asked, FILES, "decide", change)


async def withdraw(asked: StepRequest, withdrawal: ExtensionWithdrawal) -> ExtensionState:
    """Takes the application back before its decision. Raises as `step_file`."""

    async def change(_unit: UnitOfWork, file: ExtensionFile) -> tuple[ExtensionFile, str]:
        return file.model_copy(update={"state": "withdrawn"}), withdrawal.reason

    return await step_file(asked, FILES, "withdraw", change)
