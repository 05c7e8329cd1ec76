"""Taking, correcting and withdrawing records: each a record and its event in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import FIRST, NextVersion, Record, Submission, SubmitResult
from shared.errors import Conflict, Fault, NotFound
from shared.events.border_control import RaisedAlert
from shared.events.envelope import Event, Fact
from shared.http.answers import SeenVersions
from shared.identity.callers import Caller
from shared.identity.scope import expect_own, sees
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.record_type import F, RecordType, Revision, StoredRecord


async def submit(
    engine: AsyncEngine, record_type: RecordType[F], facts: Sequence[F], caller: Caller
) -> list[SubmitResult]:
    """Stores the facts that are new, with one event each, and answers for every fact in its order."""
    async with unit_of_work(engine) as unit:
        return await ingest(unit, record_type, facts, [caller] * len(facts))


async def ingest(
    unit: UnitOfWork,
    record_type: RecordType[F],
    facts: Sequence[F],
    callers: Sequence[Caller],
    traces: Sequence[str | None] = (),
) -> list[SubmitResult]:
    """`submit` inside a unit of work; `callers` says who hands in which fact, `traces` in the course of what."""
    submissions = [
        Submission(record_type.key(fact), fact, caller.subject, record_type.columns(fact))
        for fact, caller in zip(facts, callers, strict=True)
    ]
    taken = await records.submit(unit.connection, record_type.table, submissions)
    new = [number for number, (t, s) in enumerate(zip(taken, submissions, strict=True)) if _is_new(t, s)]
    if new:
        entries = [StoredRecord(taken[number].id, facts[number]) for number in new]
        await record_type.on_created(unit, entries)
        told = await record_type.to_events(unit, entries)
        of_each = zip(new, told, strict=True)
        unit.emit(
            *(
                _entered(record_type, submissions[n], facts[n], fact, traces[n] if traces else None)
                for n, fact in of_each
            )
        )
    await _log_entries(unit, record_type, facts, callers, taken, frozenset(new))
    raised = await record_type.alerts(unit, [result.id for result in taken if result.outcome != "conflict"])
    return [replace(result, alerts=_told(raised[result.id])) if result.id in raised else result for result in taken]


def _told(alerts: Sequence[RaisedAlert]) -> list[dict[str, Any]]:
    return [alert.model_dump(mode="json") for alert in alerts]


async def _log_entries(
    unit: UnitOfWork,
    record_type: RecordType[F],
    facts: Sequence[F],
    callers: Sequence[Caller],
    taken: Sequence[SubmitResult],
    new: frozenset[int],
) -> None:
    """Who handed in whose record, and who was answered from one that was there; what was refused shows nothing."""
    entries = [
        access_log.Entry(callers[number], "create" if number in new else "repeat", result.id, each)
        for number, result in enumerate(taken)
        if result.outcome != "conflict"
        for each in record_type.subjects(facts[number])
    ]
    await access_log.log_entries(unit.connection, record_type.name, entries)


def _entered(record_type: RecordType[F], submission: Submission, fact: F, told: Fact, trace: str | None) -> Event:
    """The event of a new record: what it tells is nearly always the very text that is stored."""
    data = submission.body if told is fact else told.model_dump_json()
    return Event(told.TYPE, str(submission.id), FIRST, record_type.time(fact), data, traceparent=trace)


async def ingest_together(
    engine: AsyncEngine, record_type: RecordType[F], together: Sequence[tuple[F, Caller, str | None]]
) -> list[SubmitResult]:
    """`ingest` for requests that share one transaction (see shared.db.group_commit): fact, caller and traceparent of
    each."""
    facts, callers, traces = zip(*together, strict=True)
    async with unit_of_work(engine) as unit:
        return await ingest(unit, record_type, facts, callers, traces)


def _is_new(taken: SubmitResult, submission: Submission) -> bool:
    return taken.outcome == "created" and taken.id == submission.id


def immutable_faults(record_type: RecordType[F], old: F, fact: F) -> list[Fault]:
    same = record_type.key(fact) == record_type.key(old)
    return in_correction(
        [*([] if same else [Fault("/source_id", "Cannot be changed.")]), *record_type.immutable_faults(old, fact)]
    )


def in_correction(faults: Sequence[Fault]) -> list[Fault]:
    """The faults where a correction's body holds them."""
    return [Fault(f"/record{fault.pointer}", fault.detail) for fault in faults]


def visible_fact(record_type: RecordType[F], record: Record, caller: Caller) -> F:
    """The record's fact, if the caller reaches it and may act on it. Raises NotFound: whoever does not, learns not even
    that it is; Forbidden where it is shown to the caller (see Scope.shown_to) and belongs to others."""
    fact = shown_fact(record_type, record, caller)
    expect_own(caller, record_type.scope, fact)
    return fact


def shown_fact(record_type: RecordType[F], record: Record, caller: Caller) -> F:
    """The record's fact, if the caller may read it. Raises NotFound."""
    fact = record_type.fact.read(record.body)
    if not sees(caller, record_type.scope, fact):
        raise NotFound(f"There is no such {record_type.name.replace('_', ' ')}.")
    return fact


async def open_within(
    unit: UnitOfWork, record_type: RecordType[F], id: UUID, version: SeenVersions, caller: Caller
) -> Record:
    """The record, locked for a change of its version `version`. Raises NotFound, also where the caller may not see it
    (asked first, so that nobody learns a version from outside), VersionMismatch, Conflict where it is withdrawn."""
    record = await records.load(unit.connection, record_type.table, id, lock=True)
    visible_fact(record_type, record, caller)
    records.expect_version(record, version)
    if record.withdrawn:
        raise Conflict(withdrawn_detail(record.changed_at))
    return record


def withdrawn_detail(since: datetime) -> str:
    """Why a withdrawn record cannot be changed, and the one thing to do."""
    return (
        f"The record was withdrawn on {clock.date_of(since)} and stays so; submit what holds as a new record,"
        " under a source_id that was not used before."
    )


def conflict_detail(taken: SubmitResult) -> str:
    """Why a submission conflicts with what is held under its source_id, and the one thing to do: a withdrawn record
    takes no correction."""
    if taken.withdrawn_at is not None:
        return withdrawn_detail(taken.withdrawn_at)
    return "The same source_id holds other content; correct that record with PUT instead."


@dataclass(frozen=True, slots=True)
class RecordChange(Generic[F]):
    """What becomes of a locked record: `fact` takes the place of `old`, or, `withdrawn`, it no longer counts."""

    record: Record
    old: F
    fact: F
    reason: str
    withdrawn: bool = False


async def revise_within(
    unit: UnitOfWork,
    record_type: RecordType[F],
    record: Record,
    fact: F,
    caller: Caller,
    reason: str,
    *,
    withdrawn: bool = False,
) -> Record:
    """Gives a locked record its next version, with its event and the row in the access log."""
    old = record_type.fact.read(record.body)
    (revised,) = await revise_together(unit, record_type, [RecordChange(record, old, fact, reason, withdrawn)], caller)
    return revised


async def revise_together(
    unit: UnitOfWork, record_type: RecordType[F], changes: Sequence[RecordChange[F]], caller: Caller
) -> list[Record]:
    """`revise_within` for any number of distinct records: as many statements as for one."""
    at, bodies = clock.now(), [change.fact.model_dump_json() for change in changes]
    versions = [
        NextVersion(change.record.id, body, record_type.columns(change.fact), change.withdrawn, change.reason)
        for change, body in zip(changes, bodies, strict=True)
    ]
    numbers = await records.revise_all(unit.connection, record_type.table, versions, author=caller.subject, at=at)
    await record_type.on_revised(
        unit, [Revision(each.record.id, each.old, None if each.withdrawn else each.fact) for each in changes]
    )
    told = await record_type.to_events(unit, [StoredRecord(each.record.id, each.fact) for each in changes])
    for change, body, fact in zip(changes, bodies, told, strict=True):
        data = body if fact is change.fact else fact.model_dump_json()
        id, time = change.record.id, record_type.time(change.fact)
        unit.emit(Event(fact.TYPE, str(id), numbers[id], time, data, change.withdrawn))
    await access_log.log_entries(
        unit.connection, record_type.name, [entry for each in changes for entry in _entries(record_type, each, caller)]
    )
    return [
        replace(
            each.record,
            version=numbers[each.record.id],
            withdrawn=each.withdrawn,
            body=body,
            changed_at=at,
            changed_by=caller.subject,
            reason=each.reason,
        )
        for each, body in zip(changes, bodies, strict=True)
    ]


def _entries(record_type: RecordType[F], change: RecordChange[F], caller: Caller) -> list[access_log.Entry]:
    """A row for each person whom the change names: a correction may have named another one."""
    subjects = dict.fromkeys(each for fact in (change.old, change.fact) for each in record_type.subjects(fact))
    return [access_log.Entry(caller, "change", change.record.id, each, change.reason) for each in subjects]


async def read(engine: AsyncEngine, record_type: RecordType[F], id: UUID, *, caller: Caller) -> Record:
    """The record in its present state; the reading is logged in the same transaction. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, record_type.table, id)
        await log(unit, record_type, record, shown_fact(record_type, record, caller), caller, "read", None)
    return record


async def read_history(engine: AsyncEngine, record_type: RecordType[F], id: UUID, *, caller: Caller) -> list[Record]:
    """Every version, oldest first; the reading is logged in the same transaction. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, record_type.table, id)
        shown_fact(record_type, record, caller)
        versions = await records.history(unit.connection, record_type.table, record)
        await _log_versions(unit, record_type, versions, caller, "read", None)
    return versions


async def log(
    unit: UnitOfWork,
    record_type: RecordType[F],
    record: Record,
    fact: F,
    caller: Caller,
    action: access_log.Action,
    reason: str | None,
) -> None:
    """Writes to the access log who read or changed a person's record; a record without a person leaves no row."""
    if subjects := record_type.subjects(fact):
        await access_log.log_versions(unit.connection, caller, action, record_type.name, record.id, subjects, reason)


async def log_repeat(unit: UnitOfWork, record_type: RecordType[F], id: UUID, fact: F, caller: Caller) -> None:
    """Writes to the access log that the caller was answered again with what a record held when it was first asked."""
    if subjects := record_type.subjects(fact):
        await access_log.log_versions(unit.connection, caller, "repeat", record_type.name, id, subjects)


async def _log_versions(
    unit: UnitOfWork,
    record_type: RecordType[F],
    versions: Sequence[Record],
    caller: Caller,
    action: access_log.Action,
    reason: str | None,
) -> None:
    """`log` for versions of one record: a correction may have named another person."""
    facts = [record_type.fact.read(version.body) for version in versions]
    if subjects := [each for fact in facts for each in record_type.subjects(fact)]:
        kind, id = record_type.name, versions[-1].id
        await access_log.log_versions(unit.connection, caller, action, kind, id, subjects, reason)
