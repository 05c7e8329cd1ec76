"""What crossings meet: bans on entry, documents that must not pass, and visas that they cite, asked for any number of
crossings at once.

Hardly any crossing meets anything. So it is sieved first, by what it shows as it is written: only whom that may concern
is looked up, and only of these are names taken apart.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import border_alert
from shared.identity.scope import Kind

_IN_FORCE = """
    NOT b.withdrawn AND b.barred_from <= c.day AND (b.barred_until IS NULL OR c.day <= b.barred_until)
    AND (b.lifted_on IS NULL OR c.day < b.lifted_on)
"""

_MET = text(f"""
WITH crossing AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[]), CAST(:entries AS boolean[]),
        CAST(:iins AS text[]), CAST(:documents AS text[]), CAST(:names AS text[]),
        CAST(:visas AS text[])) AS c (id, day, entry, iin, document, name_birth_key, visa)
), named AS (
    SELECT * FROM unnest(CAST(:named AS uuid[]), CAST(:keys AS text[])) AS n (id, key)
), barred AS (
    SELECT c.id, b.id AS basis FROM crossing c JOIN entry_ban b ON b.iin = c.iin WHERE c.entry AND {_IN_FORCE}
    UNION
    SELECT c.id, b.id FROM crossing c JOIN entry_ban b ON b.document = c.document WHERE c.entry AND {_IN_FORCE}
    UNION
    SELECT c.id, b.id FROM crossing c JOIN entry_ban b ON b.name_birth_key = c.name_birth_key
    WHERE c.entry AND {_IN_FORCE}
    UNION
    SELECT c.id, b.id FROM named n JOIN entry_ban b ON b.name_keys @> ARRAY[n.key] JOIN crossing c ON c.id = n.id
    WHERE c.entry AND {_IN_FORCE}
)
SELECT barred.id, basis, CAST(b.body AS text) AS body, 'ban' AS kind FROM barred JOIN entry_ban b ON b.id = basis
UNION ALL
SELECT c.id, b.id, CAST(b.body AS text), 'document'
FROM crossing c JOIN lost_document b ON b.document = c.document
WHERE NOT b.withdrawn AND b.reported_on <= c.day AND (b.settled_on IS NULL OR c.day < b.settled_on)
UNION ALL
SELECT c.id, v.id, CAST(v.body AS text), 'visa'
FROM crossing c JOIN visa v ON v.source_id = c.visa WHERE c.entry AND NOT v.withdrawn
""")  # noqa: S608  (only our own condition is put in)


# With a whole birth date agree its year, or its month, alone. With one that is known in part many do: it is looked up.
_SIEVED = text("""
SELECT document AS mark FROM entry_ban WHERE document = ANY(CAST(:documents AS text[])) AND NOT withdrawn
UNION ALL SELECT document FROM lost_document WHERE document = ANY(CAST(:documents AS text[])) AND NOT withdrawn
UNION ALL SELECT iin FROM entry_ban WHERE iin = ANY(CAST(:iins AS text[])) AND NOT withdrawn
UNION ALL SELECT source_id FROM visa WHERE source_id = ANY(CAST(:visas AS text[])) AND NOT withdrawn
UNION ALL SELECT CAST(crossing AS text) FROM border_alert WHERE crossing = ANY(CAST(:raised AS uuid[]))
UNION ALL SELECT asked.born FROM unnest(CAST(:born AS text[])) AS asked (born)
WHERE length(asked.born) < 10 OR EXISTS (
    SELECT FROM entry_ban b WHERE NOT b.withdrawn
        AND split_part(b.name_birth_key, '|', 2) IN (asked.born, left(asked.born, 4), left(asked.born, 7))
)
""")


@dataclass(frozen=True, slots=True)
class Marks:
    """What of crossings is sieved by, as it is written; birth dates maybe in part, and of those who enter only."""

    documents: Collection[str]
    iins: Collection[str]
    visas: Collection[str]
    born: Collection[str]
    raised: Collection[UUID] = ()  # crossings that may have raised alerts before


async def sieved(connection: AsyncConnection, marks: Marks) -> set[str]:
    """Those of these marks under which something is on record, or, of birth dates, some ban's may agree. One statement;
    a crossing that shows none of them meets nothing."""
    asked = {name: list(getattr(marks, name)) for name in Marks.__slots__}
    return set((await connection.scalars(_SIEVED, asked)).all())


@dataclass(frozen=True, slots=True)
class Looked:
    """What of a crossing is compared. `day` is the calendar date as written in the crossing."""

    id: UUID
    day: date
    entry: bool
    iin: str | None
    document: str | None
    name_birth_key: str | None
    name_keys: Sequence[str]  # shared.kernel.spellings.asked_keys
    visa: str | None


@dataclass(frozen=True, slots=True)
class Met:
    """A crossing may have met a ban, has met a document that must not pass, or cites a visa; `body` is that of its
    record."""

    crossing: UUID
    basis: UUID
    body: str
    kind: Literal["ban", "document", "visa"]


async def met(connection: AsyncConnection, crossings: Sequence[Looked]) -> list[Met]:
    """Only what may have been met: no row for a crossing that met nothing. One statement."""
    keys = [(c.id, key) for c in crossings for key in c.name_keys]
    rows = await connection.execute(
        _MET,
        {
            "ids": [c.id for c in crossings],
            "days": [c.day for c in crossings],
            "entries": [c.entry for c in crossings],
            "iins": [c.iin for c in crossings],
            "documents": [c.document for c in crossings],
            "names": [c.name_birth_key for c in crossings],
            "visas": [c.visa for c in crossings],
            "named": [id for id, _ in keys],
            "keys": [key for _, key in keys],
        },
    )
    return [Met(row.id, row.basis, row.body, row.kind) for row in rows]


_OF_CROSSINGS = text("SELECT id FROM border_alert WHERE crossing = ANY(CAST(:crossings AS uuid[])) ORDER BY id")
_IN_EFFECT = text("""
SELECT id, crossing, CAST(body AS text) AS body FROM border_alert
WHERE crossing = ANY(CAST(:crossings AS uuid[])) AND NOT withdrawn ORDER BY id
""")


async def of_crossings(connection: AsyncConnection, crossings: Sequence[UUID]) -> list[UUID]:
    """The alerts that were raised on these crossings, withdrawn ones included, in the order of their ids."""
    return list((await connection.scalars(_OF_CROSSINGS, {"crossings": crossings})).all())


async def in_effect(connection: AsyncConnection, crossings: Sequence[UUID]) -> list[Any]:
    """The alerts on these crossings that hold: `id`, `crossing` and `body`, the oldest first."""
    return list(await connection.execute(_IN_EFFECT, {"crossings": crossings}))


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an alert belongs."""
    return {"checkpoint": literal_column(f"{border_alert.name}.body ->> 'checkpoint'")}


async def newest(
    connection: AsyncConnection, reached: ColumnElement[bool], before: UUID | None, limit: int
) -> list[Any]:
    """Alerts that are `reached`, newest first, of those raised before `before`; ids are drawn in order of time."""
    query = select(border_alert).where(reached).order_by(border_alert.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(border_alert.c.id < before)
    return list(await connection.execute(query))
