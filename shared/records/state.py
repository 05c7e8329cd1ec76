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
