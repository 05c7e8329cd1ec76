"""Adaptation courses by person."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.quota_inclusion import keys_of
from services.kandas.store.tables import adaptation_course as table
from shared.events.person import Person


async def has_passed(connection: AsyncConnection, person: Person, day: date) -> bool:
    """Whether the person, known by IIN or document, had passed a course by that day."""
    keys = keys_of(person)
    same = or_(table.c.iin.in_(keys), table.c.document.in_(keys))
    query = select(table.c.id).where(same, table.c.state == "passed", table.c.passed_on <= day, ~table.c.withdrawn)
    return await connection.scalar(query.limit(1)) is not None
