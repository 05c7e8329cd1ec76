"""A member's status on record: taken over, corrected, ended, and expired by a run that may be repeated."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases import centre_stay
from services.kandas.cases.answers import MemberDecision
from services.kandas.rules import kandas_status as rules
from services.kandas.store import kandas_status as store
from services.kandas.store import status_decision
from services.kandas.store.tables import kandas_status
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, Fault, Invalid
from shared.events.kandas import KandasStatus
from shared.events.wire import Date, WireModel
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.intake import RecordChange
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

log = logging.getLogger(__name__)

KANDAS = Caller("kandas", frozenset({"system"}))
"""Who does what the clock brings about."""

EXPIRED_AT_ONCE = 500
_IN_FORCE_ONCE = frozenset({"granted", "ended"})


def _time(status: KandasStatus) -> datetime:
    return clock.start_of(status.ended_on or status.decided_on or status.applied_on)


def _columns(status: KandasStatus) -> dict[str, Any]:
    return {
        "application": status.case,
        "state": status.state,
        "valid_until": status.valid_until,
        "iin": status.person.iin,
        "document": document_of(status.person),
    }


def _immutable_faults(old: KandasStatus, new: KandasStatus) -> Sequence[Fault]:
    faults = []
    if new.case != old.case:
        faults.append(Fault("/case", "A member stays in the family's case."))
    if new.state != old.state and not {old.state, new.state} <= _IN_FORCE_ONCE:
        faults.append(Fault("/state", "Changes by a decision only; a correction may at most undo or enter an end."))
    return faults


async def _end_stays(unit: UnitOfWork, changes: Sequence[Revision[KandasStatus]]) -> None:
    """A place in a centre goes with its ground: before the decision, or while the status holds."""
    await centre_stay.end_without_ground(unit, {change.id: change.after for change in changes}, KANDAS)


STATUSES = RecordType(
    fact=KandasStatus,
    table=kandas_status,
    path="kandas-statuses",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="applied_on",
    columns=_columns,
    on_revised=_end_stays,
    immutable_faults=_immutable_faults,
)


TRANSITIONS = {
    "grant": ("applied", "granted", "Only a status that was applied for can be granted"),
    "refuse": ("applied", "refused", "Only a status that was applied for can be refused"),
    "extend": ("granted", "granted", "Only a status in force can be extended"),
    "end": ("granted", "ended", "Only a status in force can end"),
    "expire": ("granted", "ended", "Only a status in force can expire"),
}
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


class EndOfStatus(WireModel):
    """Why and when a status ends; expiry is found by its own run."""

    ended_on: Date = Field(description="first day on which the status no longer holds")
    reason: Literal["citizenship", "withdrawal", "leaving"]


class ExpiryRun(BaseModel):
    """How many statuses had held until a day before `day` and were ended by this run."""

    day: Date
    expired: int


def allow(status: KandasStatus, act: str) -> None:
    """Raises Conflict in a state without this act."""
    before, _, refusal = TRANSITIONS[act]
    if status.state != before:
        raise Conflict(f"{refusal}; this one is {status.state}.")


def after(act: str, status: KandasStatus, **changes: Any) -> KandasStatus:
    """The status after `act`. Raises Conflict in a state without this act."""
    allow(status, act)
    return KandasStatus.model_validate(dict(status) | changes | {"state": TRANSITIONS[act][1]})


async def end(asked: StepRequest, end: EndOfStatus) -> RecordState[KandasStatus]:
    """Ends a status in force. Raises as `step`, Invalid, and Conflict where none is in force."""

    async def change(_unit: UnitOfWork, status: KandasStatus) -> KandasStatus:
        allow(status, "end")
        if faults := _faults_of_end(status, end.ended_on):
            raise Invalid("The status cannot end on that day.", faults=faults)
        return after("end", status, ended_on=end.ended_on, end_reason=end.reason)

    return await step(asked, STATUSES, change, reason=end.reason)


def _faults_of_end(status: KandasStatus, ended_on: date) -> list[Fault]:
    assert status.decided_on is not None  # noqa: S101  (a status in force was decided)
    found = rules.faults_of_end(
        ended_on, granted_on=status.decided_on, valid_until=status.valid_until, today=clock.today()
    )
    return [Fault("/ended_on", each) for each in found]


async def expire(engine: AsyncEngine, caller: Caller) -> ExpiryRun:
    """Ends every status whose last day is over today. A second run finds none."""
    day, expired = clock.today(), 0
    while found := await _expire_some(engine, day, caller):
        expired += found
    return ExpiryRun(day=day, expired=expired)


async def expire_daily(engine: AsyncEngine) -> None:
    """What ends today by the clock."""
    log.info("expiry run: %d statuses ended", (await expire(engine, KANDAS)).expired)


async def _expire_some(engine: AsyncEngine, day: date, caller: Caller) -> int:
    async with unit_of_work(engine) as unit:
        ids = await store.past_validity(unit.connection, day, EXPIRED_AT_ONCE)
        held = await records.read_all(unit.connection, kandas_status, ids)
        if held:
            await intake.revise_together(unit, STATUSES, [_expiry(record) for record in held], caller)
    return len(ids)


def _expiry(record: Record) -> RecordChange[KandasStatus]:
    status = KandasStatus.read(record.body)
    assert status.valid_until is not None  # noqa: S101  (the query asks for it)
    ended_on = rules.first_day_without(status.valid_until)
    ended = after("expire", status, ended_on=ended_on, end_reason="expiry")
    return RecordChange(record, status, ended, "expiry")


async def decisions(engine: AsyncEngine, id: UUID, caller: Caller) -> list[MemberDecision]:
    """Every decision on the status, oldest first; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, kandas_status, id)
        await intake.log(unit, STATUSES, record, intake.visible_fact(STATUSES, record, caller), caller, "read", None)
        found = await status_decision.of_status(unit.connection, id)
    return [MemberDecision.model_validate_json(decision.body, extra="ignore") for decision in found]
