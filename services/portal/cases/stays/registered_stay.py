"""Reading a registered stay, and where it is registered."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.visas.invitation_body import HostAddress, Invitation
from services.portal.store.stays import stay_registration as store
from services.portal.store.visas import visa
from shared.audit import access_log
from shared.errors import NotFound
from shared.events.visa import StayRegistration, VisaNumber
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, reaches
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.state import RecordState, state_with

STAYS = belongs_to(region="region")


class StayAddress(BaseModel):
    """The address at which a stay is registered automatically: that of the invitation."""

    invitation: VisaNumber
    host: str
    address: HostAddress


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> RecordState[StayRegistration]:
    """The stay in its present state; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        return await _read(unit, id, caller)


async def _read(unit: UnitOfWork, id: UUID, caller: Caller) -> RecordState[StayRegistration]:
    record = await store.load(unit.connection, id)
    stay = StayRegistration.read(record.body)
    if not reaches(caller, STAYS, stay):
        raise NotFound("There is no such stay registration.")
    await access_log.log_access(unit.connection, caller, "read", "stay_registration", id, stay.person)
    return state_with(record, stay)


async def read_address(engine: AsyncEngine, id: UUID, caller: Caller) -> StayAddress | None:
    """Host and address by the invitation; None where a notification is the basis. Logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        await _read(unit, id, caller)
        number = await store.invitation_of(unit.connection, id)
        record = await visa.invitation_by_number(unit.connection, number) if number else None
    if record is None:
        return None
    invitation = Invitation.read(record.body)
    return StayAddress(invitation=invitation.number, host=invitation.inviter.number, address=invitation.host_address)
