"""Transitions: the one way in which an act of a procedure changes what is on record.

    async def lift(asked: StepRequest, lifting: Lifting) -> RecordState[EntryBan]:
        async def change(_unit: UnitOfWork, ban: EntryBan) -> EntryBan: ...
        return await step(asked, ENTRY_BANS, change, reason=lifting.reason)

A case is only the change: it raises what stands against the act, does what must happen together with it, and answers
with the fact as it is from now on. Opening, visibility, lock, version, revision, event, access log and the answer
under an Idempotency-Key are the same for all.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import records
from shared.db.records import Record
from shared.errors import Invalid
from shared.http.answers import ExpectedVersion, SeenVersions
from shared.idempotency import IdempotencyKey, idempotent, optional_key, required_key
from shared.identity.callers import Caller, requires
from shared.identity.scope import Scope
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.record_type import F, RecordType
from shared.records.state import RecordState, state_of, state_type

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=RecordState[Any])


@dataclass(frozen=True, slots=True)
class StepRequest:
    """Who asks for a transition of which record: the version that was read, and the key under which it happens once
    (None where a route takes requests without)."""

    engine: AsyncEngine
    id: UUID
    version: SeenVersions
    caller: Caller
    key: IdempotencyKey | None


def step_by(*roles: str, scope: Scope, key_required: bool = True) -> Any:
    """Dependency: the request as a StepRequest of a caller with one of `roles`; `scope` as in `requires`.
    401, 403, 428, 412 and 422 (without an Idempotency-Key, where it is required) are answered before the case
    begins."""
    who, under = requires(*roles, scope=scope), Depends(required_key if key_required else optional_key)

    async def asked(
        request: Request,
        id: UUID,
        version: ExpectedVersion,
        key: Annotated[IdempotencyKey | None, under],
        caller: Annotated[Caller, who],
    ) -> StepRequest:
        return StepRequest(request.app.state.engine, id, version, caller, key)

    return Depends(asked)


Repeated = Callable[[UnitOfWork, M], Awaitable[None]]


async def perform(
    engine: AsyncEngine,
    key: IdempotencyKey | None,
    answer: type[M],
    act: Callable[[UnitOfWork], Awaitable[M]],
    *,
    seen: Callable[[UnitOfWork], Awaitable[object]] | None = None,
    repeated: Repeated[M] | None = None,
) -> M:
    """What `act` answers, done once in one transaction; a repetition under the same key answers as the first did.
    Where the answer shows persons, `repeated` writes to the access log that it was shown again.

    For acts that are no transition of one record of a kind: a decision on a family, a payment that issues permits.
    `seen` raises what `act` would for a caller out of whose reach the record is: it is asked before a first answer is
    shown again. Raises Conflict where the key was used for another request.
    """
    async with unit_of_work(engine) as unit:
        acted = False

        async def once() -> M:
            nonlocal acted
            acted = True
            return await act(unit)

        again = None if seen is None else lambda: seen(unit)
        answered = await idempotent(unit.connection, key, answer, once, before_repeating=again)
        if repeated is not None and not acted:
            await repeated(unit, answered)
        return answered


async def step(
    asked: StepRequest,
    record_type: RecordType[F],
    change: Callable[[UnitOfWork, F], Awaitable[F]],
    *,
    reason: str,
    withdrawn: bool = False,
) -> RecordState[F]:
    """The record after `change` gave it its next state. Raises NotFound, also for a record that the caller may not
    see, VersionMismatch, Conflict where it is withdrawn or the key was used for another request, and what `change`
    raises."""

    async def act(unit: UnitOfWork) -> RecordState[F]:
        return state_of(
            record_type, await step_within(unit, asked, record_type, change, reason=reason, withdrawn=withdrawn)
        )

    return await perform_step(asked, record_type, state_type(record_type.fact), act)


async def perform_step(
    asked: StepRequest, record_type: RecordType[F], answer: type[S], act: Callable[[UnitOfWork], Awaitable[S]]
) -> S:
    """`perform` for a transition of one record of a kind that answers more than the record (see `step_within`)."""

    async def seen(unit: UnitOfWork) -> None:
        record = await records.load(unit.connection, record_type.table, asked.id)
        intake.visible_fact(record_type, record, asked.caller)

    async def repeated(unit: UnitOfWork, shown: S) -> None:
        await intake.log_repeat(unit, record_type, asked.id, shown.record, asked.caller)

    return await perform(asked.engine, asked.key, answer, act, seen=seen, repeated=repeated)


async def step_within(
    unit: UnitOfWork,
    asked: StepRequest,
    record_type: RecordType[F],
    change: Callable[[UnitOfWork, F], Awaitable[F]],
    *,
    reason: str,
    withdrawn: bool = False,
) -> Record:
    """`step` inside `perform_step`, for an answer that says more than the record."""
    record = await intake.open_within(unit, record_type, asked.id, asked.version, asked.caller)
    fact = await change(unit, record_type.fact.read(record.body))
    return await intake.revise_within(unit, record_type, record, fact, asked.caller, reason, withdrawn=withdrawn)


async def correct_record(asked: StepRequest, record_type: RecordType[F], fact: F, reason: str) -> RecordState[F]:
    """Puts `fact` in the place of the record's content. Raises as `step`, and Invalid where it would change what is
    fixed."""

    async def change(_unit: UnitOfWork, old: F) -> F:
        if faults := intake.immutable_faults(record_type, old, fact):
            raise Invalid("The correction changes what a correction cannot change.", faults=faults)
        if faults := intake.in_correction(record_type.refused(fact, asked.caller)):
            raise Invalid("You cannot hand in this record.", faults=faults)
        return fact

    return await step(asked, record_type, change, reason=reason)


async def withdraw_record(asked: StepRequest, record_type: RecordType[F], reason: str) -> RecordState[F]:
    """Takes the record out of account; its content and history stay. Raises as `step`."""

    async def unchanged(_unit: UnitOfWork, fact: F) -> F:
        return fact

    return await step(asked, record_type, unchanged, reason=reason, withdrawn=True)
