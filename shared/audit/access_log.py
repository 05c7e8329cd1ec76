"""Who read or changed whose record, when and why: written in the transaction of the reading itself.

The table is append-only by its grants. Who has no IIN is found by the record: the log holds no document's number, and
no hash of one either, which beside the register's own rows would protect nothing.
"""

from collections.abc import Sequence
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
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

from shared import clock
from shared.db.revisions import AFTER_CREATE
from shared.events.person import Person
from shared.identity.callers import Caller, stated_purpose

Action = Literal["read", "search", "change"]


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
        CheckConstraint(f"action IN {get_args(Action)}", "access_log_action"),
        Index("access_log_person", "person_iin", "id", postgresql_where=text("person_iin IS NOT NULL")),
        Index("access_log_record", "record_kind", "record_id"),
        info={AFTER_CREATE: (APPEND_ONLY,)},
    )


APPEND_ONLY = """
DO $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
        WHERE g.table_schema = current_schema() AND g.table_name = 'access_log' AND g.grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON access_log FROM %s',
            CASE grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(grantee) END);
    END LOOP;
END $$
"""
"""DDL for the migration that creates the table: whoever it is granted to may add rows and read them, no more."""

_NOTE = text("""
INSERT INTO access_log (at, caller, agency, roles, action, record_kind, record_id, person_iin, reason)
SELECT CAST(:at AS timestamptz), CAST(:caller AS text), CAST(:agency AS text), CAST(:roles AS text[]),
    CAST(:action AS text), CAST(:kind AS text), seen.record_id, seen.person_iin, CAST(:reason AS text)
FROM unnest(CAST(:record_ids AS text[]), CAST(:person_iins AS text[])) AS seen (record_id, person_iin)
""")


async def log_access(
    connection: AsyncConnection,
    caller: Caller,
    action: Action,
    kind: str,
    record_id: UUID | str,
    person: Person | None,
    reason: str | None = None,
) -> None:
    """Log that `caller` read or changed one record of `kind`, in the transaction of `connection`.

    Without a `reason` of the case itself, the purpose that the caller stated with the request stands as the reason.
    """
    await _write(connection, caller, action, kind, [(str(record_id), person)], reason)


async def log_search(
    connection: AsyncConnection,
    caller: Caller,
    kind: str,
    found: Sequence[tuple[UUID | str, Person | None]],
    reason: str | None = None,
) -> None:
    """Log a search, one row, and everyone whom it found, a row each. What was searched for is not kept."""
    seen: list[tuple[str | None, Person | None]] = [(None, None)]
    seen += [(str(record_id), person) for record_id, person in found]
    await _write(connection, caller, "search", kind, seen, reason)


async def _write(
    connection: AsyncConnection,
    caller: Caller,
    action: Action,
    kind: str,
    seen: Sequence[tuple[str | None, Person | None]],
    reason: str | None,
) -> None:
    await connection.execute(
        _NOTE,
        {
            "at": clock.now(),
            "caller": caller.subject,
            "agency": caller.agency,
            "roles": sorted(caller.roles),
            "action": action,
            "kind": kind,
            "record_ids": [record_id for record_id, _ in seen],
            "person_iins": [person.iin if person else None for _, person in seen],
            "reason": reason or stated_purpose(),
        },
    )
