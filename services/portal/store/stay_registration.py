"""Stays and the crossings around them, always for many entries at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import border_crossing
from services.portal.store.tables import stay_registration as table
from shared.db import records
from shared.db.records import Record, Revision, Submission

_LOCKS = 0x73746179
_BUCKETS = 256  # few enough that a batch of thousands holds a bounded number of locks


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing by what finds its person. `visa_number` matters for entries only."""

    id: UUID
    at: datetime
    iin: str | None
    document: str | None
    visa_number: str | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """The exit that ends a stay; `day` is the calendar date as written at the border."""

    id: UUID
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class VisaShown:
    """Visa and invitation (JSON text) under the number that an entry names, and earlier entries on it."""

    visa: str
    invitation: str | None
    entries_made: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay on record: `body` is its fact as JSON text, `columns` are its table's own typed ones."""

    id: UUID
    entry: UUID
    withdrawn: bool
    body: str
    columns: dict[str, Any]


_LOCK = text("""
SELECT CASE WHEN alone THEN CAST(pg_advisory_xact_lock(:locks, bucket) AS text)
    ELSE CAST(pg_advisory_xact_lock_shared(:locks, bucket) AS text) END
FROM unnest(CAST(:buckets AS int[]), CAST(:alone AS boolean[])) AS b (bucket, alone)
""")


async def lock_persons(connection: AsyncConnection, opening: Iterable[Crossing], ending: Iterable[Crossing]) -> None:
    """Until this transaction ends, whoever opens or ends a stay of one of these persons waits: else of an entry and an
    exit that come in side by side neither would see the other. Exits do not wait for exits."""
    alone = {bucket for crossing in opening for bucket in _buckets(crossing)}
    buckets = sorted(alone | {bucket for crossing in ending for bucket in _buckets(crossing)})
    if buckets:
        flags = [bucket in alone for bucket in buckets]
        await connection.execute(_LOCK, {"locks": _LOCKS, "buckets": buckets, "alone": flags})


def _buckets(crossing: Crossing) -> set[int]:
    return {crc32(key.encode()) % _BUCKETS for key in (crossing.iin, crossing.document) if key}


_VISAS_SHOWN = text("""
SELECT e.id, CAST(v.body AS text) AS visa, CAST(i.body AS text) AS invitation, (
    SELECT count(*) FROM border_crossing c
    WHERE c.visa_number = e.visa_number AND c.direction = 'entry' AND NOT c.withdrawn
        AND (c.crossed_at, c.id) < (e.at, e.id)
) AS entries_made
FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:visa_numbers AS text[]))
    AS e (id, at, visa_number)
JOIN visa v ON v.source_id = e.visa_number AND NOT v.withdrawn
LEFT JOIN invitation i ON i.number = v.invitation AND NOT i.withdrawn
""")


async def visas_shown(connection: AsyncConnection, entries: Sequence[Crossing]) -> dict[UUID, VisaShown]:
    """For each entry whose visa is on record, this visa."""
    parameters = {
        "ids": [entry.id for entry in entries],
        "ats": [entry.at for entry in entries],
        "visa_numbers": [entry.visa_number for entry in entries],
    }
    rows = await connection.execute(_VISAS_SHOWN, parameters)
    return {row.id: VisaShown(row.visa, row.invitation, row.entries_made) for row in rows}


_CROSSINGS = """
unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:iins AS text[]), CAST(:documents AS text[]))
    AS e (id, at, iin, document)
"""

# Two arms of one row each: an index answers each of them, which "or" would not let it.
_FIRST_EXIT = """
(SELECT c.id, c.crossed_at, c.body->>'crossed_at' AS written FROM border_crossing c
 WHERE c.{key} = e.{key} AND c.direction = 'exit' AND NOT c.withdrawn AND c.crossed_at > e.at
 ORDER BY c.crossed_at, c.id LIMIT 1)
"""

_FIRST_EXITS = text(f"""
SELECT e.id AS entry, x.* FROM {_CROSSINGS} CROSS JOIN LATERAL (
    SELECT * FROM ({_FIRST_EXIT.format(key="document")} UNION ALL {_FIRST_EXIT.format(key="iin")}) AS found
    ORDER BY crossed_at, id LIMIT 1
) AS x
""")  # noqa: S608  (our own text only, values are bound)


async def first_exits(connection: AsyncConnection, entries: Sequence[Crossing]) -> dict[UUID, Exit]:
    """For each entry after which its person left, the first exit."""
    rows = await connection.execute(_FIRST_EXITS, _arrays(entries))
    return {row.entry: Exit(row.id, row.crossed_at, date.fromisoformat(row.written[:10])) for row in rows}


def _arrays(crossings: Sequence[Crossing]) -> dict[str, Any]:
    return {
        "ids": [crossing.id for crossing in crossings],
        "ats": [crossing.at for crossing in crossings],
        "iins": [crossing.iin for crossing in crossings],
        "documents": [crossing.document for crossing in crossings],
    }


def _touched(table: str, entry: str, key: str) -> str:
    return f"""
    SELECT {entry} FROM {_CROSSINGS} JOIN {table} t ON t.{key} = e.{key}
    WHERE t.entered_at < e.at AND (t.exited_at IS NULL OR t.exited_at > e.at) AND NOT t.withdrawn
    """  # noqa: S608  (names of our own tables, values are bound)


_OPEN_AT = text(
    " UNION ".join(
        _touched(name, entry, key)
        for name, entry in (("stay_registration", "CAST(t.source_id AS uuid) AS entry"), ("host_duty", "t.entry"))
        for key in ("document", "iin")
    )
)
_ENDED_BY = text("""
SELECT CAST(source_id AS uuid) AS entry FROM stay_registration WHERE exit = :exit
UNION SELECT entry FROM host_duty WHERE exit = :exit
""")


async def open_at(connection: AsyncConnection, exits: Sequence[Crossing]) -> list[UUID]:
    """Entries whose stay or duty was open when one of these exits happened, as far as is known."""
    return list((await connection.scalars(_OPEN_AT, _arrays(exits))).all())


async def ended_by(connection: AsyncConnection, exit: UUID) -> list[UUID]:
    """Entries whose stay or duty this crossing ended."""
    return list((await connection.scalars(_ENDED_BY, {"exit": exit})).all())


async def of_entries(connection: AsyncConnection, entries: Sequence[UUID]) -> list[Stay]:
    """The stays of these entries, withdrawn ones too, locked until the transaction ends."""
    query = select(table).where(table.c.source_id.in_([str(entry) for entry in entries])).order_by(table.c.id)
    return [_stay(row) for row in await connection.execute(query.with_for_update())]


async def of_notifications(connection: AsyncConnection, notifications: Sequence[UUID]) -> list[Stay]:
    """The stays that these notifications are the basis of, locked until the transaction ends."""
    query = select(table).where(table.c.notification.in_(notifications)).order_by(table.c.id)
    return [_stay(row) for row in await connection.execute(query.with_for_update())]


def _stay(row: Any) -> Stay:
    columns = {name: getattr(row, name) for name in OWN}
    return Stay(row.id, UUID(row.source_id), row.withdrawn, row.body, columns)


OWN = ("entered_at", "exit", "exited_at", "invitation", "notification", "iin", "document", "named")


async def open_stays(connection: AsyncConnection, stays: Sequence[Submission]) -> list[UUID]:
    """Stores new stays; their ids in order."""
    return [taken.id for taken in await records.take(connection, table, stays)]


async def revise(connection: AsyncConnection, stays: Sequence[Revision], author: str, reason: str) -> dict[UUID, int]:
    """Gives stays, which were locked, their next versions; these by id."""
    return await records.revise_all(connection, table, stays, author=author, reason=reason)


async def crossings(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The bodies of these crossings' records."""
    query = select(border_crossing.c.id, border_crossing.c.body).where(border_crossing.c.id.in_(ids))
    return {row.id: row.body for row in await connection.execute(query)}


async def load(connection: AsyncConnection, id: UUID) -> Record:
    """Raises NotFound."""
    return await records.load(connection, table, id)


async def invitation_of(connection: AsyncConnection, id: UUID) -> str | None:
    """The number of the invitation at whose address a stay is registered."""
    return await connection.scalar(select(table.c.invitation).where(table.c.id == id))
