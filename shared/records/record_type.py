"""What a register must say about one kind of record; the rest is the same for all."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table

from shared.audit.access_log import Subject
from shared.errors import Fault
from shared.events.border_control import RaisedAlert
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import WireModel
from shared.identity.callers import Caller
from shared.identity.scope import Kind, Scope, outside
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import plausibility
from shared.records.members import is_member

F = TypeVar("F", bound=WireModel)


@dataclass(frozen=True, slots=True)
class StoredRecord(Generic[F]):
    """A fact and the record that holds it."""

    id: UUID
    fact: F


@dataclass(frozen=True, slots=True)
class Revision(Generic[F]):
    """A record on file gets another content; `after` is None where it is withdrawn."""

    id: UUID
    before: F
    after: F | None


async def _nothing(_unit: UnitOfWork, _entries: Sequence[StoredRecord[Any]]) -> None:
    """Most records have no effect beside themselves."""


async def _nothing_undone(_unit: UnitOfWork, _changes: Sequence[Revision[Any]]) -> None:
    """What has no effect has none to undo."""


def _source_id(fact: Any) -> str:
    return str(fact.source_id)


async def _no_alerts(_unit: UnitOfWork, _ids: Sequence[UUID]) -> Mapping[UUID, Sequence[RaisedAlert]]:
    return {}


async def _itself(_unit: UnitOfWork, entries: Sequence[StoredRecord[Any]]) -> Sequence[Fact]:
    """Of most records the world is told what the register holds."""
    return [cast(Fact, entry.fact) for entry in entries]


def _nothing_fixed(_old: Any, _new: Any) -> Sequence[Fault]:
    return ()


def _nothing_refused(_fact: Any, _caller: Caller) -> Sequence[Fault]:
    return ()


def _nobody(_fact: Any) -> Sequence[Subject]:
    return ()


def _no_columns(_fact: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class RecordType(Generic[F]):
    """One kind of record, submitted under the caller's own `source_id`; `fact` is the shape of what is submitted.

    `time` is when the fact happened (the event's time); `day` is the way to the member that says on which day it did,
    by which records are listed, and `moment` the table's column of it, where it has one; `located` says in SQL what the
    scope reads off a property of the fact; `columns` the values of the table's own typed columns;
    `entered` runs in the transaction that takes new records, for what must happen together with them, and `changed` in
    that of a correction or withdrawal, once it is stored, to undo and redo this; `told` says, in the order of the
    entries, what their events tell, where that is not all that the register holds; `fixed` names what a correction must
    not change, because only a procedure of its own may. Beside the roles, `scope` says to which places and bodies a
    record belongs: whom it is shown to and from whom it is taken. There is no kind without; `submission_faults` names
    what else of a fact this caller cannot hand in. `alerts` are those in effect that records have raised: who hands
    one in is told at once. `key` is what a record is known by, where many submitters have
    numbers of their own. `names_beside` is whom a record names beside the person it is about, such as a host: their log
    tells of it too.
    """

    fact: type[F]
    table: Table
    path: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    scope: Scope
    time: Callable[[F], datetime]
    day: str
    key: Callable[[F], str] = _source_id
    columns: Callable[[F], dict[str, Any]] = _no_columns
    on_created: Callable[[UnitOfWork, Sequence[StoredRecord[F]]], Awaitable[None]] = _nothing
    on_revised: Callable[[UnitOfWork, Sequence[Revision[F]]], Awaitable[None]] = _nothing_undone
    to_events: Callable[[UnitOfWork, Sequence[StoredRecord[F]]], Awaitable[Sequence[Fact]]] = _itself
    immutable_faults: Callable[[F, F], Sequence[Fault]] = _nothing_fixed
    alerts: Callable[[UnitOfWork, Sequence[UUID]], Awaitable[Mapping[UUID, Sequence[RaisedAlert]]]] = _no_alerts
    submission_faults: Callable[[F, Caller], Sequence[Fault]] = _nothing_refused
    moment: str | None = None
    located: Mapping[Kind, Callable[[Table], ColumnElement[Any]]] = field(default_factory=dict)
    names_beside: Callable[[F], Sequence[Subject]] = _nobody

    def __post_init__(self) -> None:
        if not (self.scope.places or self.scope.national):
            raise ValueError(f"{self.table.name}: records of persons belong somewhere, or to the whole country")
        paths = [self.day, *(path for kind, path in self.scope.places.items() if kind not in self.located)]
        paths += self.scope.shown_to.values()
        if unknown := [path for path in paths if not is_member(self.fact, path)]:
            raise ValueError(f"{self.table.name}: lists cannot ask for {', '.join(unknown)}")

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def numbered_apart(self) -> bool:
        """Whether submitters have numbers of their own, so that two may use the same."""
        return self.key is not _source_id and "source_id" in self.fact.model_fields

    def refused(self, fact: F, caller: Caller) -> list[Fault]:
        """What speaks against taking `fact` from this caller, however it comes in: what cannot be, what lies outside
        its reach, and what the kind refuses."""
        return [
            *plausibility.faults(fact),
            *outside(caller, self.scope, fact),
            *self.submission_faults(fact, caller),
        ]

    def subjects(self, fact: F) -> list[Subject]:
        """Whose data the record is, as the access log names them: whom it is about, and whom it names beside."""
        person: Person | None = getattr(fact, "person", None)
        named = self.names_beside(fact)
        return [Subject.of(person), *named] if person is not None else [*named]
