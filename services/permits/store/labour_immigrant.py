"""What a decision on a labour immigrant asks of other tables: the household's permits, registrations, payments."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import labour_immigrant_tax
from shared.events.person import Person

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
