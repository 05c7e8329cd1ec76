"""What a decision on a labour immigrant asks of other tables: the household's permits, registrations, payments."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import labour_immigrant_application as table
from services.permits.store.tables import labour_immigrant_tax
from shared.db.records import Record, newest_where
from shared.events.person import Person
from shared.identity.scope import Kind
from shared.records.members import text_of

HOUSEHOLD_LOCK = 0x686F7573  # "hous": first half of an advisory lock's key, the IIN is hashed into the second

_LOCK = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:iin))")
_PERMITS = text("""
SELECT p.holds_from, p.holds_until FROM labour_immigrant_application a JOIN work_permit p ON p.id = a.permit_id
WHERE a.household_iin = :iin AND a.id <> :except AND NOT p.withdrawn AND p.holds_from <= p.holds_until
""")
_REGISTERED = text("""
SELECT EXISTS (SELECT FROM biometric_registration WHERE NOT withdrawn AND body #>> '{person,iin}' = :iin)
    OR EXISTS (SELECT FROM biometric_registration WHERE NOT withdrawn AND body #>> '{person,document,number}' = :number
        AND body #>> '{person,document,issuing_state}' = :state)
""")


MOST_OF_HOUSEHOLD = 1_000
"""Applications of one household that a search shows: the newest. A household has five workers at once at most."""


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an application belongs."""
    return {"region": text_of(table, "application.region")}


async def with_status(
    connection: AsyncConnection, status: str, reached: ColumnElement[bool], after: UUID | None, limit: int
) -> Sequence[Record]:
    """Up to `limit` applications that wait in a state and are reached, in the order in which they were handed in."""
    asked = select(table).where(table.c.status == status, reached)
    if after is not None:
        asked = asked.where(table.c.id > after)
    return _records(await connection.execute(asked.order_by(table.c.id).limit(limit)))


async def of_household(connection: AsyncConnection, iin: str, reached: ColumnElement[bool]) -> Sequence[Record]:
    """The household's applications that are reached, newest first."""
    mine = and_(table.c.household_iin == iin, reached)
    return _records(await connection.execute(newest_where(table, mine, None, MOST_OF_HOUSEHOLD)))


async def of_permits(connection: AsyncConnection, permits: Collection[UUID]) -> dict[UUID, Record]:
    """The applications by which permits were issued, by permit; nothing for permits of another kind."""
    rows = (await connection.execute(select(table).where(table.c.permit_id.in_(permits)))).all()
    return {row.permit_id: record for row, record in zip(rows, _records(rows), strict=True)}


def _records(rows: Iterable[Any]) -> list[Record]:
    return [
        Record(r.id, r.source_id, r.version, r.withdrawn, r.body, r.changed_at, r.changed_by, r.reason) for r in rows
    ]


class Held(NamedTuple):
    """The days on which a permit of the household holds."""

    first: date
    last: date


async def lock_household(connection: AsyncConnection, iin: str) -> None:
    """One decision at a time for a household, until the transaction ends: each must see whom the other admitted."""
    await connection.execute(_LOCK, {"lock": HOUSEHOLD_LOCK, "iin": iin})


async def permits_of(connection: AsyncConnection, iin: str, beside: UUID) -> list[Held]:
    """Those of the household's other applications."""
    return [Held(*row) for row in await connection.execute(_PERMITS, {"iin": iin, "except": beside})]


async def is_registered(connection: AsyncConnection, person: Person) -> bool:
    """Whether fingerprints and photo of who has this IIN or document are registered."""
    document = person.document
    values = {
        "iin": person.iin,
        "number": document.number if document else None,
        "state": document.issuing_state if document else None,
    }
    return bool(await connection.scalar(_REGISTERED, values))


async def spend(connection: AsyncConnection, reference: str, application: UUID) -> bool:
    """Whether the tax payment of that number was not used before; who comes second, also at the same time, is not."""
    mine = insert(labour_immigrant_tax).values(reference=reference, application_id=application)
    return (await connection.execute(mine.on_conflict_do_nothing())).rowcount == 1


async def is_spent(connection: AsyncConnection, reference: str) -> bool:
    """Whether the tax payment of that number has settled an application or an extension."""
    return bool(await connection.scalar(select(exists().where(labour_immigrant_tax.c.reference == reference))))
