"""`/v1/stay-registrations`: stays registered on entry, as derived from crossings and notices."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.portal.api.visas.issue_answers import StayAddress
from services.portal.cases.stays import registered_stay as cases
from shared.events.visa import StayRegistration
from shared.http.answers import etag, json_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.state import RecordState, as_json

router = api_router(prefix="/v1/stay-registrations", tags=["stay registrations"])
Reader = Annotated[Caller, requires("migration-police", "clerk")]


@router.get("/{id}", response_model=RecordState[StayRegistration], summary="Read a stay")
async def read(request: Request, id: UUID, caller: Reader) -> Response:
    """Its present state. The reading is written to the access log, which the person can see."""
    record = await cases.read(request.app.state.engine, id, caller)
    return json_response(as_json(record), headers={"ETag": etag(record.version)})


@router.get("/{id}/address", response_model=StayAddress | None, summary="Where a stay is registered")
async def read_address(request: Request, id: UUID, caller: Reader) -> Response:
    """The address of the invitation; null for a stay that the host's notice is the basis of. The reading is logged."""
    return json_response(await cases.read_address(request.app.state.engine, id, caller))
