"""What crossings meet: bans on entry, documents that must not pass, and visas that they cite, asked for any number of
crossings at once."""

from collections.abc import Sequence
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


async def of_crossings(connection: AsyncConnection, crossings: Sequence[UUID]) -> list[UUID]:
    """The alerts that were raised on these crossings, withdrawn ones included, in the order of their ids."""
    query = select(border_alert.c.id).where(border_alert.c.crossing.in_(crossings)).order_by(border_alert.c.id)
    return list((await connection.scalars(query)).all())


async def in_effect(connection: AsyncConnection, crossings: Sequence[UUID]) -> list[Any]:
    """The alerts on these crossings that hold: `id`, `crossing` and `body`, the oldest first."""
    query = select(border_alert).where(border_alert.c.crossing.in_(crossings), ~border_alert.c.withdrawn)
    return list(await connection.execute(query.order_by(border_alert.c.id)))


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
