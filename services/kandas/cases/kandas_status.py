"""A member's status on record: taken over, corrected, ended, and expired by a run that may be repeated."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.rules import kandas_status as rules
from services.kandas.store import kandas_status as store
from services.kandas.store import status_decision
from services.kandas.store.status_decision import StoredDecision
from services.kandas.store.tables import kandas_status
from shared import clock
from shared.db import records
from shared.errors import Conflict, Fault, Invalid
from shared.events.kandas import KandasStatus
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import document_of
from shared.records.record_type import RecordType
from shared.records.state import as_json

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


STATUSES = RecordType(
    fact=KandasStatus,
    table=kandas_status,
    path="kandas-statuses",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    time=_time,
    columns=_columns,
    immutable_faults=_immutable_faults,
)


@dataclass(frozen=True, slots=True)
class End:
    """`ended_on` is the first day on which the status no longer holds."""

    ended_on: date
    reason: Literal["citizenship", "withdrawal", "leaving"]


async def end(
    engine: AsyncEngine, id: UUID, end: End, *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Ends a status in force; answers with the record. Raises NotFound, VersionMismatch, Invalid, and Conflict where
    none is in force."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _end(unit, id, end, version, caller)
        )
    return answer


async def _end(unit: UnitOfWork, id: UUID, end: End, version: int, caller: Caller) -> dict[str, Any]:
    record = await intake.open_within(unit, STATUSES, id, version, caller)
    status = KandasStatus.read(record.body)
    if status.state != "granted" or status.decided_on is None:
        raise Conflict(f"Only a status in force can end; this one is {status.state}.")
    found = rules.faults_of_end(
        end.ended_on, granted_on=status.decided_on, valid_until=status.valid_until, today=clock.today()
    )
    if found:
        raise Invalid("The status cannot end on that day.", faults=[Fault("/ended_on", each) for each in found])
    ended = _on_revised(status, state="ended", ended_on=end.ended_on, end_reason=end.reason)
    return as_json(await intake.revise_within(unit, STATUSES, record, ended, caller, end.reason))


async def expire(engine: AsyncEngine, day: date, caller: Caller) -> int:
    """Ends every status whose last day lies before `day`; how many it found. A second run finds none."""
    expired = 0
    while found := await _expire_some(engine, day, caller):
        expired += found
    return expired


async def expire_daily(engine: AsyncEngine) -> None:
    """What ends today by the clock."""
    log.info("expiry run: %d statuses ended", await expire(engine, clock.today(), KANDAS))


async def _expire_some(engine: AsyncEngine, day: date, caller: Caller) -> int:
    async with unit_of_work(engine) as unit:
        ids = await store.past_validity(unit.connection, day, EXPIRED_AT_ONCE)
        for id in ids:
            record = await records.load(unit.connection, kandas_status, id)
            status = KandasStatus.read(record.body)
            assert status.valid_until is not None  # noqa: S101  (the query asks for it)
            ended_on = rules.first_day_without(status.valid_until)
            ended = _on_revised(status, state="ended", ended_on=ended_on, end_reason="expiry")
            await intake.revise_within(unit, STATUSES, record, ended, caller, "expiry")
    return len(ids)


async def decisions(engine: AsyncEngine, id: UUID, caller: Caller) -> list[StoredDecision]:
    """Every decision on the status, oldest first; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, kandas_status, id)
        await intake.log(unit, STATUSES, record, KandasStatus.read(record.body), caller, "read", None)
        return await status_decision.of_status(unit.connection, id)


def _on_revised(status: KandasStatus, **changes: Any) -> KandasStatus:
    return KandasStatus.model_validate(dict(status) | changes)
