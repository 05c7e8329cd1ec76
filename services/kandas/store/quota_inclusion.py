"""Inclusions by person: who holds a place, and who is a kandas at present."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import kandas_status, quota_inclusion
from shared.events.person import Person
from shared.records.people import document_of


def keys_of(person: Person) -> list[str]:
    """By which a person is known here: IIN and document; none for who has neither."""
    return [key for key in (person.iin, document_of(person)) if key]


async def lock_persons(connection: AsyncConnection, persons: Iterable[Person]) -> None:
    """Lets no other transaction ask the same about these persons until this one ends. Keys are taken in order, so that
    families cannot block each other for good."""
    for key in sorted({key for person in persons for key in keys_of(person)}):
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def holding(connection: AsyncConnection, person: Person, *, except_for: Collection[UUID] = ()) -> bool:
    """Whether the person holds a place under a record other than those."""
    return await _has(connection, quota_inclusion, "included", person, except_for)


async def is_kandas(connection: AsyncConnection, person: Person) -> bool:
    """Whether the person holds a status of kandas in force."""
    return await _has(connection, kandas_status, "granted", person, ())


async def _has(connection: AsyncConnection, table: Table, state: str, person: Person, beside: Collection[UUID]) -> bool:
    keys: Sequence[str] = keys_of(person)
    if not keys:
        return False
    same = or_(table.c.iin.in_(keys), table.c.document.in_(keys))
    query = select(table.c.id).where(same, table.c.state == state, ~table.c.withdrawn, table.c.id.not_in(list(beside)))
    return await connection.scalar(query.limit(1)) is not None
