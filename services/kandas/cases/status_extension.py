"""The extension of a status: asked for, decided by the rules of the day, taken back (K1).

While one is asked for and not decided, the status does not expire: who asked in time does not lose it by our delay.
"""

from collections.abc import Awaitable, Callable
from typing import Literal
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
from shared.errors import Conflict, NotFound
from shared.events.kandas import KandasStatus
from shared.events.wire import Date, SourceId, Text, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.step import StepRequest, perform

State = Literal["submitted", "granted", "refused", "withdrawn"]
Act = Literal["decide", "withdraw"]

TRANSITIONS: dict[Act, tuple[State, tuple[State, ...]]] = {
    "decide": ("submitted", ("granted", "refused")),
    "withdraw": ("submitted", ("withdrawn",)),
}
"""From which state each act leads, and to which."""


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


class ExtensionFile(WireModel):
    """An application for an extension and what became of it."""

    application: ExtensionRequest
    state: State
    asked_on: Date
    decide_by: Date
    decided_on: Date | None = None
    decision: Decision | None = None


class ExtensionState(Versioned, ExtensionFile):
    """An application for an extension, as the register holds it."""

    id: UUID


async def apply(engine: AsyncEngine, asked: ExtensionRequest, caller: Caller) -> tuple[ExtensionState, bool]:
    """The application, and whether it is new. Raises NotFound for a status out of reach, Conflict where none is in
    force, another one waits, or the source id holds other content."""
    async with unit_of_work(engine) as unit:
        held = await _status(unit, asked.status, caller)
        today = clock.today()
        decide_by = rules.decide_by(today, rulebook().on(today))
        file = ExtensionFile(application=asked, state="submitted", asked_on=today, decide_by=decide_by)
        submission = Submission(asked.source_id, file, caller.subject, _columns(file))
        (taken,) = await records.submit(unit.connection, kandas_extension, [submission])
        record = await records.load(unit.connection, kandas_extension, taken.id)
        found = ExtensionFile.read(record.body)
        if found.application != asked:
            raise Conflict("The same source_id holds another application; take a new one for a new application.")
        if taken.outcome == "created":
            await _expect_extensible(unit, held, record)
        await _log(unit, held, caller, "change" if taken.outcome == "created" else "read", "extension asked for")
    return _state(record, found), taken.outcome == "created"


async def _expect_extensible(unit: UnitOfWork, held: Record, record: Record) -> None:
    status = KandasStatus.read(held.body)
    allow(status, "extend")
    if held.withdrawn or status.valid_until is None:
        raise Conflict("The status has no last day that could be moved; correct its record.")
    if await store.count(unit.connection, held.id, "submitted", record.id):
        raise Conflict("Another extension of this status waits for its decision.")


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> ExtensionState:
    """Its present state; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record, held = await _opened(unit, id, caller)
        await _log(unit, held, caller, "read", None)
    return _state(record, ExtensionFile.read(record.body))


async def decide(asked: StepRequest, _: ExtensionDecision) -> ExtensionState:
    """Decides today; what is granted moves the last day of the status. Raises as `_step`, and Conflict where the status
    is no longer in force."""

    async def change(unit: UnitOfWork, held: Record, file: ExtensionFile) -> ExtensionFile:
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
        return file.model_copy(update={"state": state, "decided_on": today, "decision": decision})

    return await _step(asked, "decide", change, "decision")


async def withdraw(asked: StepRequest, withdrawal: ExtensionWithdrawal) -> ExtensionState:
    """Takes the application back before its decision. Raises as `_step`."""

    async def change(_unit: UnitOfWork, _held: Record, file: ExtensionFile) -> ExtensionFile:
        return file.model_copy(update={"state": "withdrawn"})

    return await _step(asked, "withdraw", change, withdrawal.reason)


async def _step(
    asked: StepRequest,
    act: Act,
    change: Callable[[UnitOfWork, Record, ExtensionFile], Awaitable[ExtensionFile]],
    reason: str,
) -> ExtensionState:
    """The application after `act`. Raises NotFound, VersionMismatch, and Conflict in a state without this act."""

    async def perform_act(unit: UnitOfWork) -> ExtensionState:
        record, held = await _opened(unit, asked.id, asked.caller)
        records.expect_version(record, asked.version)
        file = ExtensionFile.read(record.body)
        before, _ = TRANSITIONS[act]
        if file.state != before:
            raise Conflict(f"The application is {file.state}; this can be done only while it is {before}.")
        changed = await change(unit, held, file)
        revised = await records.revise(
            unit.connection,
            kandas_extension,
            record,
            changed.model_dump_json(),
            author=asked.caller.subject,
            reason=reason,
            columns=_columns(changed),
        )
        await _log(unit, held, asked.caller, "change", reason)
        return _state(revised, changed)

    async def seen(unit: UnitOfWork) -> None:
        await _opened(unit, asked.id, asked.caller)

    async def repeated(unit: UnitOfWork, shown: ExtensionState) -> None:
        await _log(unit, await _status(unit, shown.application.status, asked.caller), asked.caller, "read", None)

    return await perform(asked.engine, asked.key, ExtensionState, perform_act, seen=seen, repeated=repeated)


async def _opened(unit: UnitOfWork, id: UUID, caller: Caller) -> tuple[Record, Record]:
    """The application and its status, which is locked: of two acts the second sees what the first did."""
    found = await records.load(unit.connection, kandas_extension, id)
    try:
        held = await _status(unit, ExtensionFile.read(found.body).application.status, caller)
    except NotFound:
        raise NotFound("There is no such extension of a status.") from None
    return await records.load(unit.connection, kandas_extension, id, lock=True), held


async def _status(unit: UnitOfWork, id: UUID, caller: Caller) -> Record:
    held = await records.load(unit.connection, kandas_status, id, lock=True)
    intake.visible_fact(STATUSES, held, caller)
    return held


async def _log(unit: UnitOfWork, held: Record, caller: Caller, action: Action, reason: str | None) -> None:
    await intake.log(unit, STATUSES, held, KandasStatus.read(held.body), caller, action, reason)


def _columns(file: ExtensionFile) -> dict[str, object]:
    return {"status": file.application.status, "state": file.state}


def _state(record: Record, file: ExtensionFile) -> ExtensionState:
    return ExtensionState(id=record.id, version=record.version, **dict(file))
