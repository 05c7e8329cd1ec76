"""Stays and the crossings around them, always for many entries at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID
from zlib import crc32

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import border_crossing
from services.portal.store.tables import stay_registration as table
from shared.db import records
from shared.db.records import NextVersion, Record, Submission

_VISAS, _PERSONS = 0x73746178, 0x73746179  # everybody locks visas first, then persons, then rows
_BUCKETS = 256  # few enough that a batch of thousands holds a bounded number of locks


class Known(Protocol):
    """Whoever is known by an IIN, a document or both."""

    @property
    def iin(self) -> str | None: ...

    @property
    def document(self) -> str | None: ...


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
class VisaOnRecord:
    """Visa and invitation (JSON text) under the number that an entry names, and the entries on it: how many before
    this one, and which after it where the visa is for one only."""

    visa: str
    invitation: str | None
    entries_made: int
    later: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay on record: `body` is its fact as JSON text, `columns` are its table's own typed ones."""

    id: UUID
    entry: UUID
    withdrawn: bool
    body: str
    columns: dict[str, Any]


_LOCK = text("""
SELECT CASE WHEN alone THEN CAST(pg_advisory_xact_lock(space, bucket) AS text)
    ELSE CAST(pg_advisory_xact_lock_shared(space, bucket) AS text) END
FROM unnest(CAST(:spaces AS int[]), CAST(:buckets AS int[]), CAST(:alone AS boolean[])) AS b (space, bucket, alone)
""")


async def lock_persons(
    connection: AsyncConnection, alone: Iterable[Known], beside: Iterable[Known] = (), visas: Iterable[str | None] = ()
) -> None:
    """Until this transaction ends, who is `alone` with a person or a visa lets nobody else near: else of an entry and
    an exit, a notice or a visa that come in side by side neither would see the other. Those who are `beside` a person
    do not wait for each other: exits, and entries that open nothing."""
    await _lock(
        connection,
        {*_buckets(_VISAS, visas), *(bucket for person in alone for bucket in _of_person(person))},
        {bucket for person in beside for bucket in _of_person(person)},
    )


async def lock_visas(connection: AsyncConnection, numbers: Iterable[str]) -> None:
    """Until this transaction ends, no entry on these visas comes in, changes or falls away."""
    await _lock(connection, _buckets(_VISAS, numbers), set())


_Bucket = tuple[int, int]


async def _lock(connection: AsyncConnection, alone: set[_Bucket], beside: set[_Bucket]) -> None:
    locks = sorted(alone | beside)
    if locks:
        spaces, buckets = zip(*locks, strict=True)
        flags = [lock in alone for lock in locks]
        await connection.execute(_LOCK, {"spaces": list(spaces), "buckets": list(buckets), "alone": flags})


def _of_person(person: Known) -> set[_Bucket]:
    return _buckets(_PERSONS, (person.iin, person.document))


def _buckets(space: int, keys: Iterable[str | None]) -> set[_Bucket]:
    return {(space, crc32(key.encode()) % _BUCKETS) for key in keys if key}


# Who enters twice at one moment entered in the order of the source's numbers: that of arrival is nobody's business.
_VISAS_SHOWN = text("""
SELECT e.id, CAST(v.body AS text) AS visa, CAST(i.body AS text) AS invitation, c.entries_made, c.later
FROM border_crossing e
JOIN visa v ON v.source_id = e.visa_number AND NOT v.withdrawn
LEFT JOIN invitation i ON i.number = v.invitation AND NOT i.withdrawn
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE (c.crossed_at, c.source_id) < (e.crossed_at, e.source_id)) AS entries_made,
        array_agg(c.id) FILTER (
            WHERE v.body ->> 'entries' = 'single' AND (c.crossed_at, c.source_id) > (e.crossed_at, e.source_id)
        ) AS later
    FROM border_crossing c WHERE c.visa_number = e.visa_number AND c.direction = 'entry' AND NOT c.withdrawn
) AS c
WHERE e.id = ANY(CAST(:ids AS uuid[]))
""")


async def visas_shown(connection: AsyncConnection, entries: Sequence[UUID]) -> dict[UUID, VisaOnRecord]:
    """For each entry whose visa is on record, this visa."""
    rows = await connection.execute(_VISAS_SHOWN, {"ids": entries})
    return {row.id: VisaOnRecord(row.visa, row.invitation, row.entries_made, row.later or ()) for row in rows}


CROSSINGS = """
unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:iins AS text[]), CAST(:documents AS text[]))
    AS e (id, at, iin, document)
"""

# Two arms of one row each: an index answers each of them, which "or" would not let it.
_FIRST_EXIT = """
(SELECT c.id, c.crossed_at, c.source_id, c.body->>'crossed_at' AS written FROM border_crossing c
 WHERE c.{key} = e.{key} AND c.direction = 'exit' AND NOT c.withdrawn AND c.crossed_at > e.at
 ORDER BY c.crossed_at, c.source_id LIMIT 1)
"""

_FIRST_EXITS = text(f"""
SELECT e.id AS entry, x.* FROM {CROSSINGS} CROSS JOIN LATERAL (
    SELECT * FROM ({_FIRST_EXIT.format(key="document")} UNION ALL {_FIRST_EXIT.format(key="iin")}) AS found
    ORDER BY crossed_at, source_id LIMIT 1
) AS x
""")  # noqa: S608  (our own text only, values are bound)


async def first_exits(connection: AsyncConnection, entries: Sequence[Crossing]) -> dict[UUID, Exit]:
    """For each entry after which its person left, the first exit."""
    rows = await connection.execute(_FIRST_EXITS, arrays(entries))
    return {row.entry: Exit(row.id, row.crossed_at, date.fromisoformat(row.written[:10])) for row in rows}


def arrays(crossings: Sequence[Crossing]) -> dict[str, Any]:
    """The parameters of a statement over `CROSSINGS`."""
    return {
        "ids": [crossing.id for crossing in crossings],
        "ats": [crossing.at for crossing in crossings],
        "iins": [crossing.iin for crossing in crossings],
        "documents": [crossing.document for crossing in crossings],
    }


def _touched(table: str, entry: str, key: str) -> str:
    return f"""
    SELECT {entry} FROM {CROSSINGS} JOIN {table} t ON t.{key} = e.{key}
    WHERE t.entered_at < e.at AND (t.exited_at IS NULL OR t.exited_at >= e.at AND t.exit <> e.id) AND NOT t.withdrawn
    """  # noqa: S608  (names of our own tables, values are bound)


_OPEN = " UNION ".join(
    _touched(name, entry, key)
    for name, entry in (("stay_registration", "CAST(t.source_id AS uuid) AS entry"), ("host_duty", "t.entry"))
    for key in ("document", "iin")
)
_OPEN_AT = text(_OPEN)
_TOUCHED_BY = text(f"""
{_OPEN}
UNION SELECT CAST(source_id AS uuid) FROM stay_registration WHERE exit = ANY(CAST(:ids AS uuid[]))
UNION SELECT entry FROM host_duty WHERE exit = ANY(CAST(:ids AS uuid[]))
""")  # noqa: S608  (our own text only, values are bound)


async def open_at(connection: AsyncConnection, exits: Sequence[Crossing]) -> list[UUID]:
    """Entries whose stay or duty was open when one of these exits happened, as far as is known."""
    return list((await connection.scalars(_OPEN_AT, arrays(exits))).all())


async def touched_by(connection: AsyncConnection, exits: Sequence[Crossing]) -> list[UUID]:
    """`open_at`, and the entries whose stay or duty these crossings have ended so far."""
    return list((await connection.scalars(_TOUCHED_BY, arrays(exits))).all())


async def of_entries(connection: AsyncConnection, entries: Collection[UUID]) -> list[Stay]:
    """The stays of these entries, withdrawn ones too, locked until the transaction ends."""
    query = select(table).where(table.c.source_id.in_([str(entry) for entry in entries])).order_by(table.c.id)
    return [_stay(row) for row in await connection.execute(query.with_for_update())]


def _stay(row: Any) -> Stay:
    columns = {name: getattr(row, name) for name in OWN}
    return Stay(row.id, UUID(row.source_id), row.withdrawn, row.body, columns)


_crossing = border_crossing.c
_ON_VISA = (_crossing.direction == "entry", _crossing.visa_number.is_not(None), ~_crossing.withdrawn)
OWN = ("entered_at", "exit", "exited_at", "invitation", "notification", "iin", "document", "name_birth_key")


async def open_stays(connection: AsyncConnection, stays: Sequence[Submission]) -> list[UUID]:
    """Stores new stays; their ids in order."""
    return [taken.id for taken in await records.submit(connection, table, stays)]


async def revise(connection: AsyncConnection, stays: Sequence[NextVersion], author: str) -> dict[UUID, int]:
    """Gives stays, which were locked, their next versions; these by id."""
    return await records.revise_all(connection, table, stays, author=author)


async def entries_on_visas(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The bodies of those of these crossings that stand as entries on a visa."""
    query = select(_crossing.id, _crossing.body).where(_crossing.id.in_(ids), *_ON_VISA)
    return {row.id: row.body for row in await connection.execute(query)}


async def entries_naming(connection: AsyncConnection, visas: Sequence[str]) -> list[Crossing]:
    """The entries that name one of these visas."""
    columns = (_crossing.id, _crossing.crossed_at, _crossing.iin, _crossing.document, _crossing.visa_number)
    query = select(*columns).where(_crossing.visa_number.in_(visas), *_ON_VISA)
    return [Crossing(*row) for row in await connection.execute(query)]


async def load(connection: AsyncConnection, id: UUID) -> Record:
    """Raises NotFound."""
    return await records.load(connection, table, id)


async def invitation_of(connection: AsyncConnection, id: UUID) -> str | None:
    """The number of the invitation at whose address a stay is registered."""
    return await connection.scalar(select(table.c.invitation).where(table.c.id == id))
