"""The export for the social medical insurance fund: who works here with which family, from and until when (L5b).

It is read off the outbox, whose positions follow the order of commits, so that a reader that goes on from its cursor
misses nothing: corrections, revocations and withdrawals come as further versions of the same record. Every line is
written to the access log in the transaction that reads it, with the fund as receiver and its purpose.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.permits.cases.household_family import Family, dependants
from services.permits.cases.labour_immigrant import HouseholdFile
from services.permits.cases.work_permit import PERMITS
from services.permits.cases.worker_register import WorkKind
from services.permits.store import labour_immigrant as store
from shared import outbox
from shared.audit import access_log
from shared.audit.access_log import Entry
from shared.errors import Conflict
from shared.events.envelope import Event
from shared.events.permits import EaeuWorker, WorkPermit
from shared.events.person import Person
from shared.events.wire import Date
from shared.identity.callers import Caller
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

log = logging.getLogger(__name__)

INSURED = whole_country("the fund insures everywhere in the country")


class InsuredDocument(BaseModel):
    """What names who has no IIN."""

    number: str
    issuing_state: str


class InsuredRelative(BaseModel):
    """Who of a labour immigrant's family lives here, within the worker's days; both days are included."""

    iin: str | None
    document: InsuredDocument | None = Field(description="where there is no IIN")
    stays_from: Date
    stays_until: Date | None


class InsuredWorker(BaseModel):
    """One version of a worker's right to work; of versions of one `record` the highest counts, whomever it names.
    Both days are included. `withdrawn`: nothing is left of it, or it ended before it began."""

    record: UUID
    version: int
    withdrawn: bool
    iin: str | None
    document: InsuredDocument | None = Field(description="where there is no IIN")
    kind: WorkKind
    works_from: Date
    works_until: Date | None
    family: list[InsuredRelative] = Field(description="of a labour immigrant, as it is known when the line is read")


@dataclass(frozen=True, slots=True)
class ExportPlace:
    """How far the export was read: a position in one epoch of the outbox."""

    epoch: str
    position: int


async def read(
    engine: AsyncEngine, place: ExportPlace | None, limit: int, caller: Caller
) -> tuple[list[InsuredWorker], ExportPlace, bool]:
    """Up to `limit` lines after a place, the place to go on from, and whether there is more by now. Raises Conflict for
    a place in events that this register does not hold."""
    async with engine.connect() as connection:  # apart: where an epoch begins by this question, it is committed
        start, epoch = await _start(connection, place)
    async with unit_of_work(engine) as unit:
        found, reached = await outbox.look_through(unit.connection, start, limit, list(_FACTS))
        told = await _with_families(unit, [each for _, event in found if (each := _read(event))])
        await _log(unit, told, caller)
        more = reached < await outbox.newest(unit.connection)
    return [each.line for each in told], ExportPlace(epoch, reached), more


async def _start(connection: AsyncConnection, place: ExportPlace | None) -> tuple[int, str]:
    """The position to go on from, and the present epoch. A place of a former epoch holds as far as the present one
    continues it."""
    epochs = await outbox.epochs(connection)
    if place is None:
        return 0, epochs[-1].id
    known = [number for number, epoch in enumerate(epochs) if epoch.id == place.epoch]
    bounds = [epoch.after for epoch in epochs[known[0] + 1 :]] if known else [-1]
    if place.position > min([*bounds, await outbox.newest(connection)]):
        raise Conflict("The cursor lies beyond what this register holds: it was restored. Read anew without a cursor.")
    return place.position, epochs[-1].id


class _Read(NamedTuple):
    """A line, of which kind of record it is, and whom it is about: the worker, then the family."""

    line: InsuredWorker
    kind: str
    persons: tuple[Person, ...]


def _read(event: Event) -> _Read | None:
    """None for what is on file and cannot be read: it must not keep back all that follow."""
    try:
        fact = _FACTS[event.type].read(event.data)
    except ValidationError as fault:
        log.error("an insured worker is left out: %s", type(fault).__name__, extra={"event": event.id})
        return None
    kind, since, until = _work(fact)
    line = InsuredWorker(
        record=UUID(event.subject),
        version=event.recordversion,
        withdrawn=event.recordwithdrawn or (until is not None and until < since),
        iin=fact.person.iin,
        document=_document(fact.person),
        kind=kind,
        works_from=since,
        works_until=until,
        family=[],
    )
    return _Read(line, fact.NAME, (fact.person,))


async def _with_families(unit: UnitOfWork, told: Sequence[_Read]) -> list[_Read]:
    """The lines, with the families of labour immigrants whose permits count. One statement for all of them."""
    asked = {each.line.record for each in told if each.line.kind == "labour_immigrant" and not each.line.withdrawn}
    held = await store.of_permits(unit.connection, asked) if asked else {}
    families = {permit: HouseholdFile.read(record.body).dependants for permit, record in held.items()}
    return [
        _with_family(each, families.get(each.line.record, ())) if not each.line.withdrawn else each for each in told
    ]


def _with_family(read: _Read, family: Family) -> _Read:
    found = dependants(family, read.line.works_from, read.line.works_until)
    relatives = [
        InsuredRelative(
            iin=each.person.iin, document=_document(each.person), stays_from=each.since, stays_until=each.until
        )
        for each in found
    ]
    line = read.line.model_copy(update={"family": relatives})
    return _Read(line, read.kind, (*read.persons, *(each.person for each in found)))


def _work(fact: WorkPermit | EaeuWorker) -> tuple[WorkKind, date, date | None]:
    """Its kind, the first day and the last."""
    if isinstance(fact, WorkPermit):
        return fact.kind, fact.valid_from, PERMITS.columns(fact)["holds_until"]
    return "eaeu", fact.works_from, fact.works_until


def _document(person: Person) -> InsuredDocument | None:
    if person.iin is not None or person.document is None:
        return None
    return InsuredDocument(number=person.document.number, issuing_state=person.document.issuing_state)


_FACTS: Mapping[str, type[WorkPermit] | type[EaeuWorker]] = {fact.TYPE: fact for fact in (WorkPermit, EaeuWorker)}


async def _log(unit: UnitOfWork, told: Sequence[_Read], caller: Caller) -> None:
    for fact in _FACTS.values():
        entries = [
            Entry(caller, "read", each.line.record, person)
            for each in told
            if each.kind == fact.NAME
            for person in each.persons
        ]
        await access_log.log_entries(unit.connection, fact.NAME, entries)
