"""Registers of foreign workers: qualified specialists and unqualified workers, searched, exported, with history (L6).

A register is a view of the permits in force and of the declared workers of the Union on a day, whoever the caller
reaches. Every page that is shown or exported is written to the access log in the transaction that reads it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.eaeu_worker import EAEU_WORKERS
from services.permits.cases.work_permit import PERMITS
from services.permits.store import worker_register as store
from services.permits.store.worker_register import Wanted
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.events.contradictions import contradiction
from shared.events.permits import Category, EaeuWorker, WorkPermit
from shared.events.person import DocumentKey, Iin, Person
from shared.events.wire import Activity, Bin, Date, Occupation, ReckonedDate, Region, WireModel
from shared.http.paging import page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import search
from shared.records.record_type import RecordType
from shared.records.search import RecordQuery
from shared.records.state import RecordVersion, version_of

Register = Literal["qualified-specialists", "unqualified-workers"]
Basis = Literal["work_permit", "eaeu_worker"]
WorkKind = Literal[
    "employer", "seasonal", "intra_corporate", "self_employed", "labour_immigrant", "business_immigrant", "eaeu"
]
"""A kind of permit, or `eaeu`: at work without one, as a citizen of the Union."""

WORKERS = belongs_to(region="region", employer="employer_bin")
KINDS: tuple[RecordType[Any], ...] = (PERMITS, EAEU_WORKERS)
LONGEST_HISTORY = 1_000
EXPORT_PAGE = 1_000


class RegisterQuery(WireModel):
    """What narrows a register; all that is given must agree. Without `day`, who is at work today."""

    day: ReckonedDate | None = None
    region: Region | None = None
    activity: Activity | None = None
    occupation: Occupation | None = None
    employer_bin: Bin | None = None
    kind: WorkKind | None = None


class RegisteredWorker(BaseModel):
    """One worker in a register, on the basis of the record `id`; works from and until the days named, both included."""

    basis: Basis
    id: UUID
    surname: str
    given_names: str | None
    iin: str | None
    citizenship: str
    employer_bin: str | None
    region: str
    activity: str
    occupation: str | None
    kind: WorkKind
    category: Category | None
    works_from: Date
    works_until: Date | None


class WhoseHistory(WireModel):
    """A person, by IIN or document."""

    iin: Iin | None = None
    document: DocumentKey | None = None

    CONTRADICTIONS = (
        contradiction(
            "give an IIN or a document",
            "iin",
            "document",
            found=lambda *given: not any(given),
            at=(),
        ),
    )


class PersonHistory(BaseModel):
    """Every permit and declaration of a person that the caller reaches, oldest first, each with all its versions."""

    permits: list[list[RecordVersion[WorkPermit]]]
    declarations: list[list[RecordVersion[EaeuWorker]]]


@dataclass(frozen=True, slots=True)
class _Found:
    """A record and what it is of; found newest first."""

    kind: RecordType[Any]
    record: Record
    fact: Any


async def find(
    engine: AsyncEngine, register: Register, wanted: RegisterQuery, before: UUID | None, limit: int, caller: Caller
) -> tuple[Sequence[RegisteredWorker], bool]:
    """Up to `limit` workers of a register, those on record last first, of records before `before`; and whether there
    are more."""
    asked, kinds = _wanted(register, wanted), _kinds(wanted)
    async with unit_of_work(engine) as unit:
        found, more = page(await _newest(unit, asked, kinds, before, limit + 1, caller), limit)
        await _log(unit, kinds, found, caller)
    return [_line(each) for each in found], more


async def export(
    engine: AsyncEngine, register: Register, wanted: RegisterQuery, caller: Caller
) -> AsyncIterator[Sequence[RegisteredWorker]]:
    """All workers of a register, page by page: each page is logged before it leaves."""
    before, more = None, True
    while more:
        lines, more = await find(engine, register, wanted, before, EXPORT_PAGE, caller)
        yield lines
        before = lines[-1].id if lines else None


async def history(engine: AsyncEngine, person: WhoseHistory, caller: Caller) -> PersonHistory:
    """What a person's permits were and became. At most LONGEST_HISTORY of each kind: nobody has as many."""
    query = RecordQuery(iin=person.iin, document=person.document)
    async with unit_of_work(engine) as unit:
        permits = await _histories(unit, PERMITS, query, caller)
        declarations = await _histories(unit, EAEU_WORKERS, query, caller)
    return PersonHistory(permits=permits, declarations=declarations)


async def _histories(
    unit: UnitOfWork, kind: RecordType[Any], query: RecordQuery, caller: Caller
) -> list[list[RecordVersion[Any]]]:
    wanted = search.query_of(kind, query, _reached(kind, caller), None, LONGEST_HISTORY)
    ids = [row.id for row in await unit.connection.execute(wanted)]
    found = await records.read_all(unit.connection, kind.table, ids[::-1])
    versions = await records.histories(unit.connection, kind.table, found)
    shown = [[version_of(kind, version) for version in versions[record.id]] for record in found]
    seen = dict.fromkeys((each.id, subject) for all in shown for each in all for subject in kind.subjects(each.record))
    await access_log.log_search(unit.connection, caller, kind.name, list(seen), wanted=query.subject)
    return shown


def _wanted(register: Register, wanted: RegisterQuery) -> Wanted:
    members = wanted.model_dump(exclude={"day", "kind"}, exclude_none=True)
    if wanted.kind not in (None, "eaeu"):
        members["kind"] = wanted.kind
    return Wanted(members, wanted.day or clock.today(), register == "qualified-specialists")


def _kinds(wanted: RegisterQuery) -> Sequence[RecordType[Any]]:
    if wanted.kind is None:
        return KINDS
    return (EAEU_WORKERS,) if wanted.kind == "eaeu" else (PERMITS,)


async def _newest(
    unit: UnitOfWork,
    wanted: Wanted,
    kinds: Sequence[RecordType[Any]],
    before: UUID | None,
    limit: int,
    caller: Caller,
) -> list[_Found]:
    found = []
    for kind in kinds:
        rows = await store.workers(unit.connection, kind.table, wanted, _reached(kind, caller), before, limit)
        found.append([_Found(kind, record, kind.fact.read(record.body)) for record in rows])
    return list(islice(merge(*found, key=_id, reverse=True), limit))


def _id(found: _Found) -> UUID:
    return found.record.id


def _reached(kind: RecordType[Any], caller: Caller) -> Any:
    return search.seen_by(caller, kind)


async def _log(unit: UnitOfWork, kinds: Sequence[RecordType[Any]], found: Sequence[_Found], caller: Caller) -> None:
    for kind in kinds:
        seen = [
            (each.record.id, subject) for each in found if each.kind is kind for subject in kind.subjects(each.fact)
        ]
        await access_log.log_search(unit.connection, caller, kind.name, seen)


def _line(found: _Found) -> RegisteredWorker:
    fact = found.fact
    person: Person = fact.person
    of_permit = isinstance(fact, WorkPermit)
    return RegisteredWorker(
        basis="work_permit" if of_permit else "eaeu_worker",
        id=found.record.id,
        surname=person.surname,
        given_names=person.given_names,
        iin=person.iin,
        citizenship=person.citizenship,
        employer_bin=fact.employer_bin,
        region=fact.region,
        activity=fact.activity,
        occupation=fact.occupation,
        kind=fact.kind if of_permit else "eaeu",
        category=fact.category if of_permit else None,
        works_from=fact.valid_from if of_permit else fact.works_from,
        works_until=_last_day(fact) if of_permit else fact.works_until,
    )


def _last_day(permit: WorkPermit) -> date:
    last: date = PERMITS.columns(permit)["holds_until"]
    return last
