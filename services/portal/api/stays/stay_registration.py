"""`/v1/stay-registrations`: stays registered on entry, as derived from crossings and notices."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.portal.cases.stays import registered_stay as cases
from services.portal.cases.stays.registered_stay import StayAddress
from shared.events.visa import StayRegistration
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.state import RecordState

router = api_router(prefix="/v1/stay-registrations", tags=["stay registrations"])
Reader = Annotated[Caller, requires("migration-police", "clerk", scope=cases.STAYS)]


@router.get("/{id:uuid}", summary="Read a stay")
async def read(request: Request, id: UUID, caller: Reader) -> RecordState[StayRegistration]:
    """Its present state. The reading is written to the access log, which the person can see."""
    return await cases.read(request.app.state.engine, id, caller)


@router.get("/{id:uuid}/address", summary="Where a stay is registered")
async def read_address(request: Request, id: UUID, caller: Reader) -> StayAddress | None:
    """The address of the invitation; null for a stay that the host's notice is the basis of. The reading is logged."""
    return await cases.read_address(request.app.state.engine, id, caller)
