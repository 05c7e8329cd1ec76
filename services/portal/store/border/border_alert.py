"""What crossings meet: bans on entry and documents that must not pass, asked for any number of crossings at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import border_alert
from shared.events.border_control import Evidence
from shared.identity.scope import Kind

_IN_FORCE = """
    NOT b.withdrawn AND b.barred_from <= c.day AND (b.barred_until IS NULL OR c.day <= b.barred_until)
    AND (b.lifted_on IS NULL OR c.day < b.lifted_on)
"""

_MET = text(f"""
WITH crossing AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[]), CAST(:entries AS boolean[]),
        CAST(:iins AS text[]), CAST(:documents AS text[]), CAST(:names AS text[]))
        AS c (id, day, entry, iin, document, name_birth_key)
), barred AS (
    SELECT c.id, b.id AS basis, 'iin' AS evidence, 1 AS rank
    FROM crossing c JOIN entry_ban b ON b.iin = c.iin WHERE c.entry AND {_IN_FORCE}
    UNION ALL
    SELECT c.id, b.id, 'document', 2
    FROM crossing c JOIN entry_ban b ON b.document = c.document WHERE c.entry AND {_IN_FORCE}
    UNION ALL
    SELECT c.id, b.id, 'name', 3
    FROM crossing c JOIN entry_ban b ON b.name_birth_key = c.name_birth_key WHERE c.entry AND {_IN_FORCE}
)
(SELECT DISTINCT ON (id, basis) id, basis, evidence, NULL AS lost FROM barred ORDER BY id, basis, rank)
UNION ALL
SELECT c.id, b.id, 'document', CAST(b.body AS text)
FROM crossing c JOIN lost_document b ON b.document = c.document
WHERE NOT b.withdrawn AND b.reported_on <= c.day AND (b.settled_on IS NULL OR c.day < b.settled_on)
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


@dataclass(frozen=True, slots=True)
class Met:
    """A crossing met a ban, or a document that must not pass; `lost` is then the body of the document's record."""

    crossing: UUID
    basis: UUID
    evidence: Evidence
    lost: str | None


async def met(connection: AsyncConnection, crossings: Sequence[Looked]) -> list[Met]:
    """Only what was met: no row for a crossing that met nothing. One statement."""
    rows = await connection.execute(
        _MET,
        {
            "ids": [c.id for c in crossings],
            "days": [c.day for c in crossings],
            "entries": [c.entry for c in crossings],
            "iins": [c.iin for c in crossings],
            "documents": [c.document for c in crossings],
            "names": [c.name_birth_key for c in crossings],
        },
    )
    return [Met(row.id, row.basis, row.evidence, row.lost) for row in rows]


async def of_crossings(connection: AsyncConnection, crossings: Sequence[UUID]) -> list[UUID]:
    """The alerts that were raised on these crossings, withdrawn ones included, in the order of their ids."""
    query = select(border_alert.c.id).where(border_alert.c.crossing.in_(crossings)).order_by(border_alert.c.id)
    return list((await connection.scalars(query)).all())


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
