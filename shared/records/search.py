"""Record search: the records of one kind by their source id, by a person's IIN or document, or by day and location.

Every kind of record is found in the same way (`POST /v1/<kind>:find`), newest first, page by page, and only what the
caller reaches; the search and everyone whom it shows are written to the access log. What is asked for stands in the
body of the request: addresses are logged, and hold no personal data.

Values are read off the record's JSON, by expression indexes, where its table has no column for them: see
shared.records.members. A document is found by its number and its issuing state; a filler finds nothing.
"""

from datetime import date, timedelta
from typing import Any, ClassVar, Generic, cast
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db.records import newest_where
from shared.errors import Fault, Invalid
from shared.events.contradictions import Contradiction, contradiction
from shared.events.person import DocumentKey, Iin
from shared.events.wire import ReckonedDate, Region, SourceId, Text, WireModel
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.identity.scope import Kind, names, within
from shared.kernel.codes import checkpoints_in
from shared.outbox.unit_of_work import unit_of_work
from shared.records.members import day_of, json_of, text_of
from shared.records.record_type import F, RecordType
from shared.records.state import RecordState, state_of

_NARROWING: tuple[Kind, ...] = ("region", "checkpoint", "mission")
_ANY_ZONE = timedelta(days=2)
_LOCATIONS = "Records of this kind are not kept by it."


class RecordQuery(WireModel):
    """Which records are wanted: all that is given must agree. At least one of source id, IIN, document and day."""

    source_id: SourceId | None = Field(None, description="the number under which the source handed it in")
    iin: Iin | None = None
    document: DocumentKey | None = None
    day: ReckonedDate | None = Field(None, description="the day on which it happened, as the record writes it")
    region: Region | None = Field(None, description="narrows a day; crossings by the checkpoints that are listed there")
    checkpoint: Text | None = Field(None, description="narrows a day, where records belong to checkpoints")
    mission: Text | None = Field(None, description="narrows a day, where records belong to missions")

    CONTRADICTIONS: ClassVar[tuple[Contradiction, ...]] = (
        contradiction(
            "give a source id, an IIN, a document, or a day",
            "source_id",
            "iin",
            "document",
            "day",
            found=lambda *evidence: not any(evidence),
            at=(),
        ),
    )

    @property
    def subject(self) -> Subject | None:
        """Whom the search names; None where it names nobody."""
        document = self.document.key if self.document else None
        return Subject(self.iin, document) if self.iin or document else None


class FoundRecords(BaseModel, Generic[F]):
    """A page of records, newest first; `next` is the cursor of the next page, null where there is no more."""

    records: list[RecordState[F]]
    next: str | None


async def find(
    engine: AsyncEngine, record_type: RecordType[F], wanted: RecordQuery, cursor: str | None, limit: int, caller: Caller
) -> FoundRecords[F]:
    """Up to `limit` records that are `wanted` and that the caller reaches, handed in before the cursor, withdrawn ones
    included. Raises Invalid where records of this kind are not kept by what is asked."""
    query = query_of(record_type, wanted, seen_by(caller, record_type), last_id(cursor), limit + 1)
    async with unit_of_work(engine) as unit:
        rows, more = page(list(await unit.connection.execute(query)), limit)
        states = [state_of(record_type, cast(Any, row)) for row in rows]
        seen: list[tuple[UUID | str, Any]] = [
            (state.id, subject) for state in states for subject in record_type.subjects(state.record)
        ]
        await access_log.log_search(unit.connection, caller, record_type.name, seen, wanted=wanted.subject)
    shown: type[FoundRecords[F]] = FoundRecords[record_type.fact]  # type: ignore[name-defined]
    return shown(records=states, next=cursor_at(rows[-1].id.hex) if more else None)


def seen_by(caller: Caller, record_type: RecordType[Any]) -> ColumnElement[bool]:
    """The rows that the caller may read."""
    return within(caller, record_type.scope, _places(record_type), _shown(record_type))


def query_of(
    record_type: RecordType[Any], wanted: RecordQuery, reached: ColumnElement[bool], before: UUID | None, limit: int
) -> Select[Any]:
    """The rows that are wanted and `reached`, newest first. Raises Invalid as `find`."""
    return newest_where(record_type.table, and_(*_conditions(record_type, wanted), reached), before, limit)


def _conditions(record_type: RecordType[Any], wanted: RecordQuery) -> list[ColumnElement[bool]]:
    table, found = record_type.table, list[ColumnElement[bool]]()
    if wanted.source_id is not None:
        found.append(_by_source_id(record_type, wanted.source_id))
    if wanted.iin is not None:
        found.append(_of_persons(record_type, "iin", "/iin") == wanted.iin)
    if wanted.document is not None:
        found.append(_by_document(record_type, wanted.document))
    if wanted.day is not None:
        found.append(day_of(table, record_type.day) == wanted.day.isoformat())
        if record_type.moment is not None:
            found.append(_around(table.c[record_type.moment], wanted.day))
    places, shown = _places(record_type), _shown(record_type)
    for kind in _NARROWING:
        if (value := getattr(wanted, kind)) is not None:
            narrowed = _narrowed(places, kind, value)
            found.append(or_(narrowed, names(shown[kind], [value])) if kind in shown else narrowed)
    return found


def _by_source_id(record_type: RecordType[Any], source_id: str) -> ColumnElement[bool]:
    """Where many hand in, each with numbers of their own, several records may have the same."""
    held = record_type.table.c.source_id == source_id
    if not record_type.numbered_apart:
        return held
    return or_(held, text_of(record_type.table, "source_id") == source_id)


def _by_document(record_type: RecordType[Any], wanted: DocumentKey) -> ColumnElement[bool]:
    if wanted.key is None:
        return false()
    if "document" in record_type.table.c:
        return record_type.table.c.document == wanted.key
    written = _of_persons(record_type, "document.number", "/document")
    issuer = text_of(record_type.table, "person.document.issuing_state")
    return and_(written == wanted.number, issuer == wanted.issuing_state)


def _of_persons(record_type: RecordType[Any], member: str, pointer: str) -> ColumnElement[Any]:
    if member in record_type.table.c:
        return record_type.table.c[member]
    if "person" not in record_type.fact.model_fields:
        raise Invalid("This cannot be searched for.", faults=[Fault(pointer, "Records of this kind name no person.")])
    return text_of(record_type.table, f"person.{member}")


def _around(column: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """The moments that are written with this day in any zone: an index narrows the search by them."""
    start = clock.start_of(day)
    return column.between(start - _ANY_ZONE, start + _ANY_ZONE)


def _narrowed(places: dict[Kind, ColumnElement[Any]], kind: Kind, value: str) -> ColumnElement[bool]:
    if kind in places:
        return places[kind] == value
    if kind == "region" and "checkpoint" in places:
        return places["checkpoint"].in_(checkpoints_in(value))
    raise Invalid("This cannot be searched for.", faults=[Fault(f"/{kind}", _LOCATIONS)])


def _places(record_type: RecordType[Any]) -> dict[Kind, ColumnElement[Any]]:
    """What says to what a record belongs, as its scope names it."""
    table = record_type.table
    return {
        kind: record_type.located[kind](table) if kind in record_type.located else text_of(table, path)
        for kind, path in record_type.scope.places.items()
    }


def _shown(record_type: RecordType[Any]) -> dict[Kind, ColumnElement[Any]]:
    """To which further places a record is shown."""
    return {kind: json_of(record_type.table, path) for kind, path in record_type.scope.shown_to.items()}
