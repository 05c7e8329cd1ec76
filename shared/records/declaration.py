"""Documents that have one present state under a name of their own: an employer, a staff report, a year's quota."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import VersionRequired
from shared.events.digest import says_the_same
from shared.events.wire import WireModel
from shared.http.answers import SeenVersions, Versioned
from shared.outbox.unit_of_work import UnitOfWork

D = TypeVar("D", bound=WireModel)


class DocumentState(Versioned, Generic[D]):
    """A document as the register holds it; `version` is its ETag."""

    changed_at: datetime
    reason: str | None
    document: D


@dataclass(frozen=True, slots=True)
class Declaration(Generic[D]):
    """A document to be put in force: under which name, by whom, why, with which columns beside it."""

    name: str
    document: D
    author: str
    reason: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


async def upsert_document(
    unit: UnitOfWork, table: Table, declared: Declaration[D], version: SeenVersions | None
) -> DocumentState[D]:
    """Puts the document in force and answers with it; declaring the same again changes nothing. One that is there
    already is replaced only by who names its version: raises VersionRequired, VersionMismatch."""
    submission = Submission(declared.name, declared.document, declared.author, dict(declared.columns))
    (taken,) = await records.submit(unit.connection, table, [submission])
    record = await records.load(unit.connection, table, taken.id, lock=True)
    model = type(declared.document)
    if says_the_same(record.body, declared.document):
        return document_of(model, record)
    if version is None:
        raise VersionRequired("This is on record with other content. Read it, then send its ETag as If-Match.")
    records.expect_version(record, version)
    revised = await records.revise(
        unit.connection,
        table,
        record,
        submission.body,
        author=declared.author,
        reason=declared.reason,
        columns=submission.columns,
    )
    return document_of(model, revised)


def document_of(model: type[D], record: Record) -> DocumentState[D]:
    """The record's document as DocumentState shows it."""
    return DocumentState[model](  # type: ignore[valid-type]
        version=record.version,
        changed_at=record.changed_at,
        reason=record.reason,
        document=model.read(record.body),
    )
