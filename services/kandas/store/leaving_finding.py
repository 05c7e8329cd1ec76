"""Departures that meet statuses, and findings by their state and the region of the status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.rules.leaving_finding import FORMER, Evidence
from services.kandas.store.tables import kandas_status, residence_departure
from services.kandas.store.tables import leaving_finding as table
from shared.db import records
from shared.db.records import Record
from shared.identity.scope import Kind


@dataclass(frozen=True, slots=True)
class Meeting:
    """A status and a departure that are one person's, and what shows it."""

    status: UUID
    departure: str
    left_on: date
    country: str
    evidence: Evidence


Place = tuple[UUID, str]
"""A status and a departure."""

# Two IINs that differ are two persons, whatever document they share.
_MET = """
SELECT s.id AS status, d.id AS departure, d.left_on, d.country,
    CASE WHEN s.iin = d.iin THEN 'iin' ELSE 'document' END AS evidence
FROM residence_departure d JOIN kandas_status s ON s.iin = d.iin
    OR (s.document = d.document AND s.body #>> '{person,birth_date}' = d.birth_date AND (s.iin = d.iin) IS NOT FALSE)
WHERE NOT s.withdrawn AND NOT d.withdrawn AND d.left_on >= CAST(s.body ->> 'decided_on' AS date)
    AND (s.state = 'granted' OR (s.state = 'ended' AND s.body ->> 'end_reason' = ANY(:former)))
"""
_NEW = text(f"""{_MET} AND (s.id, d.id) > (CAST(:status AS uuid), CAST(:departure AS text)) AND NOT EXISTS (
    SELECT FROM leaving_finding f WHERE f.status = s.id AND f.departure = d.id AND f.state <> 'undone'
) ORDER BY s.id, d.id LIMIT :limit""")
_ONE = text(f"{_MET} AND s.id = CAST(:status AS uuid) AND d.id = CAST(:departure AS text)")
_FALLEN = text(f"""
WITH met AS MATERIALIZED ({_MET})
SELECT f.id FROM leaving_finding f LEFT JOIN met m ON m.status = f.status AND m.departure = f.departure
WHERE f.state IN ('finding', 'contested') AND (f.body ->> 'left_on', f.body ->> 'country', f.body ->> 'evidence')
    IS DISTINCT FROM (CAST(m.left_on AS text), m.country, m.evidence)
ORDER BY f.id LIMIT :limit
""")  # noqa: S608


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what a finding belongs: its status."""
    return {"region": literal_column("kandas_status.body ->> 'region'")}


async def new(connection: AsyncConnection, after: Place, limit: int) -> list[Meeting]:
    """Up to `limit` departures of kandas of which no finding stands, beyond the place `after`."""
    return await _met(connection, _NEW, status=after[0], departure=after[1], limit=limit)


async def meeting(connection: AsyncConnection, status: UUID, departure: str) -> Meeting | None:
    """How the departure meets the status at present; None where it does not."""
    found = await _met(connection, _ONE, status=status, departure=departure)
    return found[0] if found else None


async def fallen(connection: AsyncConnection, limit: int) -> Sequence[UUID]:
    """Up to `limit` findings that wait for an officer and do not say what the registers say now."""
    return (await connection.scalars(_FALLEN, {"limit": limit, "former": sorted(FORMER)})).all()


async def departures(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, date]:
    """The days of those of the departures that stand in the portal."""
    stand = ~residence_departure.c.withdrawn & residence_departure.c.left_on.is_not(None)
    query = select(residence_departure.c.id, residence_departure.c.left_on).where(
        residence_departure.c.id.in_(ids), stand
    )
    return {row.id: row.left_on for row in await connection.execute(query)}


async def listed(
    connection: AsyncConnection, states: Sequence[str], reached: ColumnElement[bool], after: UUID | None, limit: int
) -> list[Record]:
    """Up to `limit` findings in one of `states` that are `reached`, in the order in which they were found."""
    query = select(table.c.id).join(kandas_status, kandas_status.c.id == table.c.status)
    query = query.where(table.c.state.in_(states), reached).order_by(table.c.id).limit(limit)
    if after is not None:
        query = query.where(table.c.id > after)
    return await records.read_all(connection, table, list((await connection.scalars(query)).all()))


async def found_against(connection: AsyncConnection, iin: str, before: UUID | None, limit: int) -> list[Record]:
    """Up to `limit` findings about a person that stand or were answered, newest first, found before `before`."""
    query = select(table.c.id).join(kandas_status, kandas_status.c.id == table.c.status)
    query = query.where(kandas_status.c.iin == iin, ~kandas_status.c.withdrawn, table.c.state != "undone")
    if before is not None:
        query = query.where(table.c.id < before)
    newest = query.order_by(table.c.id.desc()).limit(limit)
    return await records.read_all(connection, table, list((await connection.scalars(newest)).all()))


async def _met(connection: AsyncConnection, query: Any, **asked: Any) -> list[Meeting]:
    rows = await connection.execute(query, asked | {"former": sorted(FORMER)})
    return [Meeting(row.status, row.departure, row.left_on, row.country, row.evidence) for row in rows]
