"""The access log: who was shown or changed whose record, when and why, written in the transaction of the act itself.

A row names whom it is about by IIN and by document with birth date, as the register's own rows beside it do: a search
that finds nobody leaves no other trace of whom it was for, and who has no IIN is known by nothing else. A service that
holds no such numbers writes keyed hashes of them (see accounting). The time is the database's: a trigger sets it.
Rows are added only, by the grants; that nobody else changed one is shown by the chain (shared.audit.chain).
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Self, get_args
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import grants
from shared.db.driver import copy_rows
from shared.db.revisions import AFTER_CREATE
from shared.events.person import Document, DocumentKey, Person
from shared.identity.callers import Caller, stated_purpose
from shared.kernel import documents

Action = Literal["create", "repeat", "read", "search", "change"]
"""`repeat`: what was handed in or asked before was answered again from the record. `search`: found, or looked for."""


class Subject(NamedTuple):
    """Whom a row is about: IIN, document (documents.identity_key) and birth date (ISO 8601, maybe in part)."""

    iin: str | None = None
    document: str | None = None
    born: str | None = None

    @classmethod
    def of(cls, person: Person | None) -> Self:
        """The person's own numbers; of nobody, none."""
        if person is None:
            return cls()
        return cls(person.iin, cls.holding(person.document).document, person.birth_date)

    @classmethod
    def holding(cls, document: Document | DocumentKey | None) -> Self:
        """Whoever holds the document."""
        return cls(document=documents.key_of(document.issuing_state, document.number) if document else None)

    @classmethod
    def beside(cls, iin: str) -> Self:
        """Whom a record names beside the person it is about, such as a host. The empty birth date says so: the rows of
        that other person without an IIN are not theirs, though they are of the same record."""
        return cls(iin, born="")

    def names(self, other: "Subject") -> bool:
        """Whether both share a number."""
        return (self.iin is not None and self.iin == other.iin) or (
            self.document is not None and self.document == other.document
        )


class Seen(NamedTuple):
    """One record in one row: `everybody` where what was shown concerns all persons that the service knows."""

    record_id: str | None
    subject: Subject
    everybody: bool = False


class Entry(NamedTuple):
    """A record that was handed in or changed: by whom, and whether it was new (`create`), known before (`repeat`) or
    got a next version (`change`), for what reason."""

    caller: Caller
    action: Action
    record_id: UUID
    person: Person | Subject
    reason: str | None = None


def access_log_table(metadata: MetaData) -> Table:
    """One row for each person whose record was shown or changed, and one for each search; see APPEND_ONLY."""
    return Table(
        "access_log",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("caller", Text, nullable=False),
        Column("agency", Text),
        Column("roles", ARRAY(Text), nullable=False),
        Column("action", Text, nullable=False),
        Column("record_kind", Text, nullable=False),
        Column("record_id", Text),
        Column("person_iin", Text),
        Column("reason", Text),
        Column("person_document", Text),
        Column("person_born", Text),
        Column("everybody", Boolean, nullable=False, server_default=text("false")),
        CheckConstraint(f"action IN {get_args(Action)}", "access_log_action"),
        Index("access_log_person", "person_iin", "id", postgresql_where=text("person_iin IS NOT NULL")),
        Index("access_log_record", "record_kind", "record_id"),
        Index(
            "access_log_document",
            "person_document",
            "id",
            postgresql_where=text("person_document IS NOT NULL"),
        ),
        Index("access_log_everybody", "id", postgresql_where=text("everybody")),
        info={AFTER_CREATE: (APPEND_ONLY, *TIMED)},
    )


APPEND_ONLY = grants.append_only("access_log")
"""DDL for the migration that creates the table: whoever it is granted to may add rows and read them, no more."""

WHOLE = (
    "ALTER TABLE access_log ADD COLUMN person_document text, ADD COLUMN person_born text,"
    " ADD COLUMN everybody boolean NOT NULL DEFAULT false",
    "ALTER TABLE access_log DROP CONSTRAINT access_log_action",
    "ALTER TABLE access_log ADD CONSTRAINT access_log_action"
    " CHECK (action IN ('create', 'repeat', 'read', 'search', 'change'))",
    "CREATE INDEX access_log_document ON access_log (person_document, id) WHERE person_document IS NOT NULL",
    "CREATE INDEX access_log_everybody ON access_log (id) WHERE everybody",
)
"""DDL for the migration after the one that creates the table: whom a row is about beside the IIN, and more actions."""

TIMED = (
    """
    CREATE FUNCTION access_log_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.at := clock_timestamp();
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER access_log_time BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION access_log_time()
    """,
)
"""DDL for the same migration: whatever time a row is given, the database's own takes its place."""

_WRITTEN = (
    "caller",
    "agency",
    "roles",
    "action",
    "record_kind",
    "record_id",
    "person_iin",
    "person_document",
    "person_born",
    "everybody",
    "reason",
)


async def log_access(
    connection: AsyncConnection,
    caller: Caller,
    action: Action,
    kind: str,
    record_id: UUID | str,
    person: Person | Subject | None,
    reason: str | None = None,
) -> None:
    """Log that `caller` read or changed one record of `kind`, in the transaction of `connection`.

    Without a `reason` of the case itself, the purpose that the caller stated with the request stands as the reason,
    and without that the procedure: the reason is never null.
    """
    await log_versions(connection, caller, action, kind, record_id, [person], reason)


async def log_versions(
    connection: AsyncConnection,
    caller: Caller,
    action: Action,
    kind: str,
    record_id: UUID | str,
    persons: Iterable[Person | Subject | None],
    reason: str | None = None,
) -> None:
    """`log_access` where several versions of the record were shown: a row for each person whom any of them names."""
    subjects = dict.fromkeys(map(_subject, persons))
    seen = [Seen(str(record_id), subject) for subject in subjects]
    await _write(connection, kind, [(caller, action, each) for each in seen], [reason] * len(seen))


async def log_entries(connection: AsyncConnection, kind: str, entries: Sequence[Entry]) -> None:
    """Log who handed in or changed which records, a row each; one transaction may take those of several callers."""
    rows = [(entry.caller, entry.action, Seen(str(entry.record_id), _subject(entry.person))) for entry in entries]
    if rows:
        await _write(connection, kind, rows, [entry.reason for entry in entries])


async def log_search(
    connection: AsyncConnection,
    caller: Caller,
    kind: str,
    found: Sequence[tuple[UUID | str, Person | Subject | None]],
    reason: str | None = None,
    *,
    wanted: Subject | None = None,
) -> None:
    """Log a search, one row, and everyone whom it found, a row each. Where none of these is the one whose IIN or
    document was `wanted`, the search's own row names that person: a fruitless search is one about them as well."""
    seen = [Seen(str(record_id), _subject(person)) for record_id, person in found]
    missed = wanted is not None and not any(wanted.names(each.subject) for each in seen)
    seen.insert(0, Seen(None, wanted if wanted is not None and missed else Subject()))
    await _write(connection, kind, [(caller, "search", each) for each in seen], [reason] * len(seen))


async def log_everybody(connection: AsyncConnection, caller: Caller, kind: str, reason: str | None = None) -> None:
    """Log that everything of `kind` was shown: one row, which each person of the service sees as their own."""
    await _write(connection, kind, [(caller, "read", Seen(None, Subject(), everybody=True))], [reason])


def _subject(person: Person | Subject | None) -> Subject:
    return person if isinstance(person, Subject) else Subject.of(person)


def receiver(caller: Caller) -> str:
    """To whom the data went: the agency, and where the token names none, in what capacity the caller asked."""
    return caller.agency or " ".join(sorted(caller.roles))


async def _write(
    connection: AsyncConnection, kind: str, rows: Sequence[tuple[Caller, Action, Seen]], reasons: Sequence[str | None]
) -> None:
    purpose = stated_purpose()
    written = [
        (
            caller.subject,
            receiver(caller),
            sorted(caller.roles),
            action,
            kind,
            seen.record_id,
            *seen.subject,
            seen.everybody,
            reason or purpose or f"{kind}: {action}",
        )
        for (caller, action, seen), reason in zip(rows, reasons, strict=True)
    ]
    await copy_rows(connection, "access_log", _WRITTEN, written)
