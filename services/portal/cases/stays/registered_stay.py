"""Reading a registered stay, and where it is registered."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.visas.invitation_body import Invitation
from services.portal.store.stays import stay_registration as store
from services.portal.store.visas import visa
from shared.audit import access_log
from shared.db.records import Record
from shared.events.visa import StayRegistration
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> Record:
    """The stay in its present state; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        return await _read(unit, id, caller)


async def _read(unit: UnitOfWork, id: UUID, caller: Caller) -> Record:
    record = await store.load(unit.connection, id)
    person = StayRegistration.read(record.body).person
    await access_log.log_access(unit.connection, caller, "read", "stay_registration", id, person)
    return record


async def read_address(engine: AsyncEngine, id: UUID, caller: Caller) -> dict[str, Any] | None:
    """Host and address by the invitation; None where a notification is the basis. Logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        await _read(unit, id, caller)
        number = await store.invitation_of(unit.connection, id)
        record = await visa.invitation_by_number(unit.connection, number) if number else None
    if record is None:
        return None
    invitation = Invitation.read(record.body)
    address = orjson.Fragment(invitation.host_address.model_dump_json())
    return {"invitation": number, "host": invitation.inviter.number, "address": address}
