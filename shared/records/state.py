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


def state_type(record_type: RecordType[F]) -> type[RecordState[F]]:
    """RecordState of that kind's fact, as a class."""
    return RecordState[record_type.fact]  # type: ignore[name-defined]


def state_of(record_type: RecordType[F], record: Record) -> RecordState[F]:
    """The record as RecordState shows it."""
    return state_type(record_type)(
        id=record.id,
        version=record.version,
        withdrawn=record.withdrawn,
        changed_at=record.changed_at,
        reason=record.reason,
        record=record_type.fact.read(record.body),
    )
