"""A record as a register shows it."""

from datetime import datetime
from typing import Generic
from uuid import UUID

from shared.db.records import Record
from shared.http.answers import Versioned
from shared.records.record_type import F, RecordType


class RecordState(Versioned, Generic[F]):
    """A record as the register holds it."""

    id: UUID
    withdrawn: bool
    changed_at: datetime
    reason: str | None
    record: F


class RecordVersion(RecordState[F], Generic[F]):
    """One version of a record in its history, and the subject of the token under which it was made."""

    author: str


def version_of(record_type: RecordType[F], record: Record) -> RecordVersion[F]:
    """The record as RecordVersion shows it."""
    shown: type[RecordVersion[F]] = RecordVersion[record_type.fact]  # type: ignore[name-defined]
    return shown(**dict(state_of(record_type, record)), author=record.changed_by)


def state_type(fact: type[F]) -> type[RecordState[F]]:
    """RecordState of that fact, as a class."""
    return RecordState[fact]  # type: ignore[valid-type]


def state_of(record_type: RecordType[F], record: Record) -> RecordState[F]:
    """The record as RecordState shows it."""
    return state_with(record, record_type.fact.read(record.body))


def state_with(record: Record, fact: F) -> RecordState[F]:
    """The same, where its fact was read already."""
    return state_type(type(fact))(
        id=record.id,
        version=record.version,
        withdrawn=record.withdrawn,
        changed_at=record.changed_at,
        reason=record.reason,
        record=fact,
    )
