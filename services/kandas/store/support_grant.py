"""Support by person and by inclusion: what was granted before, and what of it stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.rules.support_grant import Received
from services.kandas.store.quota_inclusion import keys_of
from services.kandas.store.tables import support_grant
from shared.events.person import Person

_BODY = cast(support_grant.c.body, JSONB)


@dataclass(frozen=True, slots=True)
class GrantedOn:
    """A grant that stands, its day and its sum in tenge."""

    id: UUID
    granted_on: date
    amount: int


async def received(
    connection: AsyncConnection, inclusion: UUID, person: Person, *, except_for: Collection[UUID]
) -> Received:
    """What the person was granted under records other than those: by this inclusion or by any other."""
    keys = keys_of(person)
    same = or_(
        support_grant.c.inclusion == inclusion, support_grant.c.iin.in_(keys), support_grant.c.document.in_(keys)
    )
    query = select(
        func.count().filter(_BODY["kind"].astext == "one_off").label("one_off"),
        func.coalesce(func.sum(_BODY["months"].as_integer()), 0).label("months"),
    ).where(same, ~support_grant.c.withdrawn, support_grant.c.id.not_in(list(except_for)))
    once, months = (await connection.execute(query)).one()
    return Received(one_off=once > 0, rent_months=int(months))


async def amount_of(connection: AsyncConnection, inclusion: UUID) -> int:
    """In tenge, of everything that was granted by the inclusion and stands."""
    query = select(func.coalesce(func.sum(cast(_BODY["amount"].astext, BigInteger)), 0)).where(
        support_grant.c.inclusion == inclusion, ~support_grant.c.withdrawn
    )
    return int(await connection.scalar(query) or 0)


async def granted_since(connection: AsyncConnection, inclusion: UUID, day: date) -> list[GrantedOn]:
    """What was granted by the inclusion on `day` or later and stands, oldest first."""
    on = _BODY["granted_on"].astext
    query = (
        select(support_grant.c.id, on.label("granted_on"), cast(_BODY["amount"].astext, BigInteger).label("amount"))
        .where(support_grant.c.inclusion == inclusion, ~support_grant.c.withdrawn, on >= day.isoformat())
        .order_by(on, support_grant.c.id)
    )
    rows = await connection.execute(query)
    return [GrantedOn(row.id, date.fromisoformat(row.granted_on), row.amount) for row in rows]
