"""Taking, correcting and withdrawing records: each a record and its event in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import records
from shared.db.records import Record, Submission, Taken
from shared.db.unit import Unit, unit_of_work
from shared.errors import Conflict, Fault, Invalid
from shared.events.envelope import Event
from shared.http import access_log
from shared.http.callers import Caller
from shared.records.kind import Entry, F, Kind


async def take(engine: AsyncEngine, kind: Kind[F], facts: Sequence[F], caller: Caller) -> list[Taken]:
    """Stores the facts that are new, with one event each, and answers for every fact in its order."""
    async with unit_of_work(engine) as unit:
        return await take_within(unit, kind, facts, [caller] * len(facts))


async def take_within(unit: Unit, kind: Kind[F], facts: Sequence[F], callers: Sequence[Caller]) -> list[Taken]:
    """`take` inside a unit of work; `callers` says who hands in which fact."""
    submissions = [
        Submission(_source_id(fact), fact.model_dump_json(), caller.subject, kind.columns(fact))
        for fact, caller in zip(facts, callers, strict=True)
    ]
    taken = await records.take(unit.connection, kind.table, submissions)
    new = [Entry(t.id, fact) for t, s, fact in zip(taken, submissions, facts, strict=True) if _is_new(t, s)]
    if new:
        await kind.entered(unit, new)
        unit.emit(*(Event.of(entry.fact, entry.id, 1, kind.time(entry.fact)) for entry in new))
    return taken


async def take_together(engine: AsyncEngine, kind: Kind[F], together: Sequence[tuple[F, Caller]]) -> list[Taken]:
    """`take` for requests of several callers that share one transaction (see shared.db.lane)."""
    async with unit_of_work(engine) as unit:
        return await take_within(unit, kind, [fact for fact, _ in together], [caller for _, caller in together])


def _is_new(taken: Taken, submission: Submission) -> bool:
    return taken.outcome == "created" and taken.id == submission.id


def _source_id(fact: F) -> str:
    return str(getattr(fact, "source_id"))  # noqa: B009  (every record fact has one; Fact itself need not)


async def correct(
    engine: AsyncEngine, kind: Kind[F], id: UUID, fact: F, *, version: int, reason: str, caller: Caller
) -> Record:
    """Puts `fact` in the place of the record's content. Raises NotFound, VersionMismatch, Invalid where the source id
    would change, Conflict where the record is withdrawn."""
    async with unit_of_work(engine) as unit:
        record = await _open(unit, kind, id, version)
        if _source_id(fact) != record.source_id:
            raise Invalid(
                "a correction keeps the record's source_id", faults=[Fault("/source_id", "cannot be changed")]
            )
        revised = await records.revise(
            unit.connection,
            kind.table,
            record,
            fact.model_dump_json(),
            author=caller.subject,
            reason=reason,
            columns=kind.columns(fact),
        )
        await _changed(unit, kind, revised, fact, caller, reason)
    return revised


async def withdraw(
    engine: AsyncEngine, kind: Kind[F], id: UUID, *, version: int, reason: str, caller: Caller
) -> Record:
    """Takes the record out of account; its content and history stay. Raises NotFound, VersionMismatch, Conflict."""
    async with unit_of_work(engine) as unit:
        record = await _open(unit, kind, id, version)
        revised = await records.revise(
            unit.connection, kind.table, record, record.body, author=caller.subject, reason=reason, withdrawn=True
        )
        await _changed(unit, kind, revised, kind.fact.read(record.body), caller, reason)
    return revised


async def read(engine: AsyncEngine, kind: Kind[F], id: UUID, *, caller: Caller) -> Record:
    """The record in its present state; the reading is logged in the same transaction. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, kind.table, id)
        await _log(unit, kind, record, kind.fact.read(record.body), caller, "read", None)
    return record


async def read_history(engine: AsyncEngine, kind: Kind[F], id: UUID, *, caller: Caller) -> list[Record]:
    """Every version, oldest first; the reading is logged in the same transaction. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, kind.table, id)
        await _log(unit, kind, record, kind.fact.read(record.body), caller, "read", None)
        return await records.history(unit.connection, kind.table, record)


async def _open(unit: Unit, kind: Kind[F], id: UUID, version: int) -> Record:
    record = await records.load(unit.connection, kind.table, id, lock=True)
    records.expect_version(record, version)
    if record.withdrawn:
        raise Conflict("the record is withdrawn; submit a new one under its own source_id")
    return record


async def _changed(unit: Unit, kind: Kind[F], record: Record, fact: F, caller: Caller, reason: str) -> None:
    unit.emit(Event.of(fact, record.id, record.version, kind.time(fact), withdrawn=record.withdrawn))
    await _log(unit, kind, record, fact, caller, "change", reason)


async def _log(
    unit: Unit, kind: Kind[F], record: Record, fact: F, caller: Caller, action: access_log.Action, reason: str | None
) -> None:
    person = kind.person(fact)
    if person is not None:
        await access_log.note(unit.connection, caller, action, kind.name, record.id, person, reason)
