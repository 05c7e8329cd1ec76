"""Register records: taken once, corrected or withdrawn with reason and author, history kept.

A record's `body` is the JSON text of its fact: what the register holds and what its events say are the same bytes. A
register adds typed columns to its table only where it must search or constrain.
"""

from collections.abc import Collection, Container, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

from shared import clock
from shared.db import grants
from shared.db.driver import copy_rows
from shared.db.identifiers import new_id
from shared.db.json_text import JsonText
from shared.db.set_wise import element, revise_statement
from shared.errors import Conflict, NotFound, VersionMismatch
from shared.events.digest import content_digest, says_the_same
from shared.events.wire import WireModel

_STORED = ("id", "source_id", "version", "withdrawn", "body", "changed_at", "changed_by", "submitted")

_SHOWN = _STORED[:-1]
_KEPT = ("id", "version", "withdrawn", "body", "changed_at", "changed_by", "reason")

FIRST = 1
"""The version with which a record begins. A repeated submission answers with it as the first one did, whatever became
of the record since: who changes it by If-Match must have read it."""

Outcome = Literal["created", "repeated", "conflict"]


def record_table(metadata: MetaData, name: str, *columns: SchemaItem) -> Table:
    """The table of one kind of record, and beside it `<name>_history` with the versions that were replaced."""
    Table(
        f"{name}_history",
        metadata,
        Column("id", PgUUID, primary_key=True),
        Column("version", Integer, primary_key=True),
        *_state(),
    )
    return Table(
        name,
        metadata,
        Column("id", PgUUID, primary_key=True),
        Column("source_id", Text, nullable=False, unique=True),
        Column("version", Integer, nullable=False),
        *_state(),
        Column("submitted", LargeBinary, nullable=False),
        *columns,
        info=grants.may("UPDATE", because="a new version takes the place of the one that goes to the history"),
    )


def _state() -> list[Column[Any]]:
    return [
        Column("withdrawn", Boolean, nullable=False),
        Column("body", JsonText, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Column("changed_by", Text, nullable=False),
        Column("reason", Text),
    ]


@dataclass(frozen=True, slots=True)
class Submission:
    """A record as it was handed in. `columns` are the values of the table's own typed columns; `digest` is that of
    what it says, by which a repeated submission is told from another one (shared.events.digest)."""

    source_id: str
    content: WireModel
    author: str
    columns: dict[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)
    body: str = field(init=False)
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", self.content.model_dump_json())
        object.__setattr__(self, "digest", content_digest(self.content))


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """What became of a submission: created; repeated (the same content is there already); or conflict (the same
    source id holds other content; `withdrawn_at` says since when that is withdrawn, where it is)."""

    outcome: Outcome
    id: UUID
    alerts: Sequence[dict[str, Any]] = ()  # what the submitter is told at once, where the record raised any
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record in its present state."""

    id: UUID
    source_id: str
    version: int
    withdrawn: bool
    body: str
    changed_at: datetime
    changed_by: str
    reason: str | None


async def submit(connection: AsyncConnection, table: Table, submissions: Sequence[Submission]) -> list[SubmitResult]:
    """Stores what is new, and answers for each submission in its order. Source ids may repeat inside `submissions`:
    the first one counts, the others are compared with it.

    Nearly all that is handed in is new, so it is stored at once; only where some of it is there already is it looked
    up what. Raises Conflict where another unique column of the table stands in the way.
    """
    first: dict[str, Submission] = {}
    for submission in submissions:
        first.setdefault(submission.source_id, submission)
    held: dict[str, HeldRecord] = {}
    while new := {source_id: HeldRecord.new(s) for source_id, s in first.items() if source_id not in held}:
        if await _store(connection, table, [(first[source_id], new[source_id]) for source_id in new]):
            held |= new
        else:
            held = await _found(connection, table, list(first), len(held))
    return [_answer(s, held[s.source_id]) for s in submissions]


class HeldRecord(NamedTuple):
    """What a register holds under a source id: the record, the digest of what was first submitted, what a correction
    put in its place, since when it is withdrawn."""

    id: UUID
    submitted: bytes
    corrected: str | None = None
    withdrawn_at: datetime | None = None

    @classmethod
    def new(cls, submission: Submission) -> "HeldRecord":
        return cls(submission.id, submission.digest)


async def _store(connection: AsyncConnection, table: Table, new: Sequence[tuple[Submission, HeldRecord]]) -> bool:
    """Adds new records; False, and nothing is added, where one of them is there already. In the order of their numbers,
    so that two transactions which store the same ones wait for each other in one direction only. What a submission need
    not name, such as the application behind a permit, stays empty."""
    own = [column.name for column in _own_columns(table)]
    optional = {column.name for column in _own_columns(table) if column.nullable}
    at = clock.now()
    rows = [
        (s.id, s.source_id, FIRST, False, s.body, at, s.author, held.submitted, *_values(s, own, optional))
        for s, held in sorted(new, key=lambda each: each[0].source_id)
    ]
    try:
        async with connection.begin_nested():
            await copy_rows(connection, table.name, (*_STORED, *own), rows)
    except UniqueViolationError:
        return False
    return True


async def _found(
    connection: AsyncConnection, table: Table, source_ids: Sequence[str], before: int
) -> dict[str, HeldRecord]:
    """What is there already of these. Raises Conflict where none is that was not known `before`: then something else
    stood in the way."""
    rows = await connection.execute(_held_statement(table), {"source_ids": source_ids})
    held = {row.source_id: HeldRecord(row.id, row.submitted, row.corrected, row.withdrawn_at) for row in rows}
    if len(held) == before:
        raise Conflict("Something that must be unique in this record stands in another one.")
    return held


@lru_cache
def _held_statement(table: Table) -> TextClause:
    return text(f"""
        SELECT source_id, id, submitted, CASE WHEN version > {FIRST} THEN CAST(body AS text) END AS corrected,
            CASE WHEN withdrawn THEN changed_at END AS withdrawn_at
        FROM {table.name} WHERE source_id = ANY(CAST(:source_ids AS text[]))
    """)  # noqa: S608  (names of our own tables, values are bound)


def _answer(submission: Submission, held: HeldRecord) -> SubmitResult:
    if held.id == submission.id:
        return SubmitResult("created", held.id)
    if _holds(held, submission):
        return SubmitResult("repeated", held.id)
    return SubmitResult("conflict", held.id, withdrawn_at=held.withdrawn_at)


def _holds(held: HeldRecord, submission: Submission) -> bool:
    """A source that corrects its own file sends it again as it was, or as the correction left it: both are there."""
    if held.submitted == submission.digest:
        return True
    return held.corrected is not None and says_the_same(held.corrected, submission.content)


def _values(submission: Submission, own: Sequence[str], optional: Container[str]) -> list[Any]:
    columns = submission.columns
    return [columns.get(name) if name in optional else columns[name] for name in own]


def _own_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in (*_STORED, "reason")]


async def load(connection: AsyncConnection, table: Table, id: UUID, *, lock: bool = False) -> Record:
    """The record `id`, locked until the transaction ends if asked. Raises NotFound."""
    query = select(table).where(table.c.id == id)
    return await _one(connection, table, query.with_for_update() if lock else query)


async def load_all(
    connection: AsyncConnection, table: Table, ids: Sequence[UUID], source_ids: Sequence[str]
) -> list[Record]:
    """Those that are there of these records, in the order of their ids, locked until the transaction ends."""
    rows = await connection.execute(_all_statement(table), {"ids": ids, "source_ids": source_ids})
    return [_record(row) for row in rows]


@lru_cache
def _all_statement(table: Table) -> TextClause:
    names = ", ".join("CAST(body AS text) AS body" if name == "body" else name for name in (*_SHOWN, "reason"))
    return text(f"""
        SELECT {names} FROM {table.name}
        WHERE id = ANY(CAST(:ids AS uuid[])) OR source_id = ANY(CAST(:source_ids AS text[])) ORDER BY id FOR UPDATE
    """)  # noqa: S608  (names of our own tables, values are bound)


async def read_all(connection: AsyncConnection, table: Table, ids: Sequence[UUID]) -> list[Record]:
    """Those that are there of these records, in the order of `ids`; nothing is locked. One statement."""
    if not ids:
        return []
    rows = await connection.execute(select(table).where(table.c.id == any_(bindparam("ids", ids, ARRAY(PgUUID)))))
    found = {row.id: _record(row) for row in rows}
    return [found[id] for id in ids if id in found]


async def load_by_source(connection: AsyncConnection, table: Table, source_id: str) -> Record:
    """The record that was handed in under `source_id`. Raises NotFound."""
    return await _one(connection, table, select(table).where(table.c.source_id == source_id))


async def _one(connection: AsyncConnection, table: Table, query: Select[Any]) -> Record:
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"There is no such {table.name.replace('_', ' ')}.")
    return _record(row)


def _record(row: Any) -> Record:
    return Record(
        row.id, row.source_id, row.version, row.withdrawn, row.body, row.changed_at, row.changed_by, row.reason
    )


async def revise(
    connection: AsyncConnection,
    table: Table,
    record: Record,
    body: str,
    *,
    author: str,
    reason: str | None,
    withdrawn: bool = False,
    columns: dict[str, Any] | None = None,
) -> Record:
    """Puts `body` in the place of `record`, which was loaded with `lock=True`; the replaced version goes to the
    history. Returns the new state."""
    history = table.metadata.tables[f"{table.name}_history"]
    kept = [column.name for column in history.columns]
    await connection.execute(
        insert(history).from_select(kept, select(*(table.c[n] for n in kept)).where(table.c.id == record.id))
    )
    revised = replace(
        record,
        version=record.version + 1,
        withdrawn=withdrawn,
        body=body,
        changed_at=clock.now(),
        changed_by=author,
        reason=reason,
    )
    await connection.execute(update(table).where(table.c.id == record.id).values(**asdict(revised) | (columns or {})))
    return revised


@dataclass(frozen=True, slots=True)
class NextVersion:
    """The next state of the record `id`; `columns` are the values of all of the table's own typed columns."""

    id: UUID
    body: str
    columns: dict[str, Any] = field(default_factory=dict)
    withdrawn: bool = False
    reason: str | None = None


async def revise_all(
    connection: AsyncConnection,
    table: Table,
    revisions: Sequence[NextVersion],
    *,
    author: str,
    at: datetime | None = None,
) -> dict[UUID, int]:
    """`revise` for any number of distinct records, which were locked before, in one round trip. Their new versions."""
    if not revisions:
        return {}
    own = tuple(revisions[0].columns)  # those of one kind of record: what is not among them stays as it is
    rows = await connection.execute(
        revise_statement(table, own),
        {
            "ids": [revision.id for revision in revisions],
            "bodies": [revision.body for revision in revisions],
            "withdrawn": [revision.withdrawn for revision in revisions],
            "at": at or clock.now(),
            "author": author,
            "reasons": [revision.reason for revision in revisions],
            **{name: [element(table, name, revision.columns[name]) for revision in revisions] for name in own},
        },
    )
    return {row.id: row.version for row in rows}


def expect_version(record: Record, seen: Collection[int]) -> None:
    """Raises VersionMismatch unless the present version is among those that the caller has seen (If-Match)."""
    if record.version not in seen:
        known = " or ".join(map(str, sorted(seen)))
        raise VersionMismatch(f"The record is at version {record.version}, not {known}; read it again, then decide.")


async def history(connection: AsyncConnection, table: Table, record: Record) -> list[Record]:
    """All versions, oldest first, the present one last."""
    old = table.metadata.tables[f"{table.name}_history"]
    rows = await connection.execute(select(old).where(old.c.id == record.id).order_by(old.c.version))
    return [Record(source_id=record.source_id, **row._mapping) for row in rows] + [record]


async def histories(connection: AsyncConnection, table: Table, records: Sequence[Record]) -> dict[UUID, list[Record]]:
    """`history` for any number of distinct records, by id."""
    found: dict[UUID, list[Record]] = {record.id: [] for record in records}
    if records:
        sources = {record.id: record.source_id for record in records}
        rows = await connection.execute(_histories_statement(table), {"ids": [*sources]})
        for row in rows:
            found[row.id].append(Record(source_id=sources[row.id], **row._mapping))
    return {record.id: [*found[record.id], record] for record in records}


@lru_cache
def _histories_statement(table: Table) -> TextClause:
    names = ", ".join("CAST(body AS text) AS body" if name == "body" else name for name in _KEPT)
    return text(f"""
        SELECT {names} FROM {table.name}_history WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id, version
    """)  # noqa: S608  (names of our own tables, values are bound)


def newest_where(table: Table, condition: ColumnElement[bool], before: UUID | None, limit: int) -> Select[Any]:
    """A page of a table's rows that meet a condition, newest first, of those with an id before `before`. What is meant
    is found first, then put in order: else a table is read backwards, by its key, until a page is full."""
    wanted = condition if before is None else and_(condition, table.c.id < before)
    found = select(table.c.id).where(wanted).cte("found").prefix_with("MATERIALIZED")
    newest = select(found.c.id).order_by(found.c.id.desc()).limit(limit)
    return select(table).where(table.c.id.in_(newest)).order_by(table.c.id.desc())
