"""Documents that have one present state under a name of their own: an employer, a staff report, a year's quota."""

from typing import Any

from sqlalchemy import Table

from shared.db import records
from shared.db.records import Record, Submission
from shared.db.unit import Unit
from shared.errors import VersionRequired


async def declare(
    unit: Unit, table: Table, submission: Submission, version: int | None, reason: str | None = None
) -> Record:
    """Puts the document in force; declaring the same again changes nothing. One that is there already is replaced only
    by who names its version: raises VersionRequired, VersionMismatch."""
    (taken,) = await records.take(unit.connection, table, [submission])
    record = await records.load(unit.connection, table, taken.id, lock=True)
    if record.body == submission.body:
        return record
    if version is None:
        raise VersionRequired("This is on record with other content. Read it, then send its ETag as If-Match.")
    records.expect_version(record, version)
    changes: dict[str, Any] = submission.columns
    return await records.revise(
        unit.connection, table, record, submission.body, author=submission.author, reason=reason, columns=changes
    )
