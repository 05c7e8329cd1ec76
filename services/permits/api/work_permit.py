"""`/v1/work-permits/{id}`: read, corrected, revoked. They come from applications, never by themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from services.permits.cases import work_permit as cases
from services.permits.cases.work_permit import PERMITS, Revocation
from shared.events.permits import WorkPermit
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.callers import Caller, requires
from shared.http.idempotency import AnyAttempt, OneAttempt
from shared.http.routes import router as gated
from shared.records import intake
from shared.records.routes import Correction
from shared.records.state import RecordState, as_json

router = gated(prefix="/v1/work-permits", tags=["work permits"])
Reader = Annotated[Caller, requires(*PERMITS.readers)]
Officer = Annotated[Caller, requires(*PERMITS.writers)]


class Revoked(BaseModel):
    """The permit after its revocation."""

    id: UUID
    version: int
    permit: WorkPermit


@router.get("/{id}", response_model=RecordState[WorkPermit], summary="Read a permit")
async def read(request: Request, id: UUID, caller: Reader) -> Response:
    """Its present state. The reading is written to the access log, which the worker can see."""
    record = await intake.read(request.app.state.engine, PERMITS, id, caller=caller)
    return json_response(as_json(record), headers={"ETag": etag(record.version)})


@router.get("/{id}/history", response_model=list[RecordState[WorkPermit]], summary="Read all versions of a permit")
async def read_history(request: Request, id: UUID, caller: Reader) -> Response:
    """Oldest first, the present state last."""
    versions = await intake.read_history(request.app.state.engine, PERMITS, id, caller=caller)
    return json_response([as_json(version) for version in versions])


@router.put("/{id}", response_model=RecordState[WorkPermit], summary="Correct who the worker is")
async def correct(
    request: Request,
    id: UUID,
    correction: Correction[WorkPermit],
    version: ExpectedVersion,
    attempt: AnyAttempt,
    caller: Officer,
) -> Response:
    """Only `person` and `occupation` can be corrected; everything else was decided."""
    state = await intake.correct(
        request.app.state.engine,
        PERMITS,
        id,
        correction.record,
        version=version,
        reason=correction.reason,
        caller=caller,
        attempt=attempt,
    )
    return json_response(state, headers={"ETag": etag(state["version"])})


@router.post("/{id}:revoke", response_model=Revoked, summary="Revoke a permit")
async def revoke(
    request: Request,
    id: UUID,
    revocation: Revocation,
    version: ExpectedVersion,
    attempt: OneAttempt,
    caller: Officer,
) -> Response:
    """Its place goes back to the quota only where the permit never was in force."""
    state = await cases.revoke(
        request.app.state.engine, id, revocation, version=version, attempt=attempt, caller=caller
    )
    return json_response(state, headers={"ETag": etag(state["version"])})
