"""A record as a register shows it."""

from datetime import datetime
from typing import Any, Generic
from uuid import UUID

import orjson
from pydantic import BaseModel

from shared.db.records import Record
from shared.records.kind import F


class RecordState(BaseModel, Generic[F]):
    """A record as the register holds it."""

    id: UUID
    version: int
    withdrawn: bool
    changed_at: datetime
    reason: str | None
    record: F


def as_json(record: Record) -> dict[str, Any]:
    """The record as RecordState shows it."""
    return {
        "id": str(record.id),
        "version": record.version,
        "withdrawn": record.withdrawn,
        "changed_at": record.changed_at,
        "reason": record.reason,
        "record": orjson.Fragment(record.body),
    }
