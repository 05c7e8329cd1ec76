"""Decisions, kept as they were taken."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import certificate_number, status_decision
from shared.db.identifiers import new_id


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """`body` is the decision with its every check, as JSON text."""

    status: UUID
    decided_on: date
    certificate: str | None
    body: str
    decided_at: datetime
    decided_by: str


async def keep(connection: AsyncConnection, decision: StoredDecision) -> None:
    values = {name: getattr(decision, name) for name in StoredDecision.__dataclass_fields__}
    await connection.execute(insert(status_decision).values(id=new_id(), **values))


async def of_status(connection: AsyncConnection, status: UUID) -> list[StoredDecision]:
    """All decisions on one member's status, oldest first."""
    table = status_decision
    query = select(*(table.c[name] for name in StoredDecision.__dataclass_fields__))
    rows = await connection.execute(query.where(table.c.status == status).order_by(table.c.decided_at, table.c.id))
    return [StoredDecision(*row) for row in rows]


async def next_certificate(connection: AsyncConnection, year: int) -> str:
    """A number that no other certificate bears; numbers of decisions that were rolled back stay unused."""
    return f"KD-{year}-{await connection.scalar(certificate_number.next_value()):07d}"
