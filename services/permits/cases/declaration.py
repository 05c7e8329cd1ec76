"""Documents that have one present state under a name of their own: an employer, a staff report, a year's quota."""

from typing import Any

import orjson
from sqlalchemy import Table

from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import VersionRequired
from shared.events.digest import says_the_same
from shared.outbox.unit_of_work import UnitOfWork


async def upsert_document(
    unit: UnitOfWork, table: Table, submission: Submission, version: int | None, reason: str | None = None
) -> dict[str, Any]:
    """Puts the document in force and answers with it; declaring the same again changes nothing. One that is there
    already is replaced only by who names its version: raises VersionRequired, VersionMismatch."""
    (taken,) = await records.submit(unit.connection, table, [submission])
    record = await records.load(unit.connection, table, taken.id, lock=True)
    if says_the_same(record.body, submission.content):
        return as_document(record)
    if version is None:
        raise VersionRequired("This is on record with other content. Read it, then send its ETag as If-Match.")
    records.expect_version(record, version)
    changes: dict[str, Any] = submission.columns
    revised = await records.revise(
        unit.connection, table, record, submission.body, author=submission.author, reason=reason, columns=changes
    )
    return as_document(revised)


def as_document(record: Record) -> dict[str, Any]:
    """The document as the register holds it; `version` is its ETag."""
    return {
        "version": record.version,
        "changed_at": record.changed_at,
        "reason": record.reason,
        "document": orjson.Fragment(record.body),
    }
