"""Numbers and decisions of invitations and visas, and how often a visa was used."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import (
    border_crossing,
    invitation,
    invitation_number,
    issue_decision,
    visa,
    visa_number,
)
from shared.db import records
from shared.db.identifiers import new_id
from shared.db.records import Record


@dataclass(frozen=True, slots=True)
class IssueDecision:
    """`body` is the decision with its every check, as JSON text; `record` what it issued, None for a refusal."""

    record: UUID | None
    kind: str
    granted: bool
    body: str
    decided_at: datetime
    decided_by: str


async def keep_decision(connection: AsyncConnection, decision: IssueDecision) -> None:
    values = {name: getattr(decision, name) for name in IssueDecision.__dataclass_fields__}
    await connection.execute(insert(issue_decision).values(id=new_id(), **values))


async def decision_on(connection: AsyncConnection, record: UUID) -> str | None:
    """The decision that issued a record, as JSON text; None for what was taken over from elsewhere."""
    found = await connection.scalar(select(issue_decision.c.body).where(issue_decision.c.record == record))
    return None if found is None else str(found)


async def next_visa_number(connection: AsyncConnection, year: int) -> str:
    """A number that no other visa of the portal bears; numbers of work that was rolled back stay unused."""
    return f"KZV-{year}-{await connection.scalar(visa_number.next_value()):07d}"


async def next_invitation_number(connection: AsyncConnection, year: int) -> str:
    """A number that no other invitation bears."""
    return f"KZI-{year}-{await connection.scalar(invitation_number.next_value()):07d}"


async def invitation_by_number(connection: AsyncConnection, number: str) -> Record | None:
    """The invitation of that number, locked: one visa after the other is decided on it. None where there is none."""
    id = await connection.scalar(select(invitation.c.id).where(invitation.c.number == number))
    return None if id is None else await records.load(connection, invitation, id, lock=True)


async def is_used(connection: AsyncConnection, invitation: str) -> bool:
    """Whether a visa was issued on the invitation: one in effect, or an annulled one on which somebody has entered."""
    entered = exists().where(border_crossing.c.visa_number == visa.c.source_id, ~border_crossing.c.withdrawn)
    in_effect = or_(visa.c.body.op("->>")("state") != "annulled", entered)
    used = select(exists().where(visa.c.invitation == invitation, ~visa.c.withdrawn, in_effect))
    return bool(await connection.scalar(used))


async def entries_on(connection: AsyncConnection, number: str) -> int:
    """How many entries on record name the visa."""
    used = border_crossing.c
    query = select(func.count()).where(used.visa_number == number, used.direction == "entry", ~used.withdrawn)
    return await connection.scalar(query) or 0


async def visas_on(connection: AsyncConnection, invitation: str) -> list[str]:
    """The numbers of the visas that name an invitation."""
    return list((await connection.scalars(select(visa.c.source_id).where(visa.c.invitation == invitation))).all())
