"""`/v1/work-permits`: read, corrected, suspended, resumed, revoked. They come from applications; those issued before
this register kept its quota are taken over, and withdrawn where that was a mistake."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.permits.cases import work_permit_state as cases
from services.permits.cases.work_permit import PERMITS
from services.permits.cases.work_permit_state import PermitAfter, Resumption, Revocation, Suspension
from services.permits.cases.work_permit_taken_over import TAKEN_OVER
from shared.events.permits import BusinessTrip, WorkPermit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records import intake
from shared.records.routes import Correction, add_intake, add_search, add_withdrawal
from shared.records.state import RecordState, state_of
from shared.records.step import StepRequest, correct_record, step_by

router = api_router(prefix="/v1/work-permits", tags=["work permits"])
add_search(router, PERMITS)
add_intake(router, TAKEN_OVER)
add_withdrawal(router, PERMITS)
Reader = Annotated[Caller, requires(*PERMITS.readers, scope=PERMITS.scope)]


@router.get("/{id:uuid}", summary="Read a permit")
async def read(request: Request, id: UUID, caller: Reader) -> RecordState[WorkPermit]:
    """Its present state. The reading is written to the access log, which the worker can see."""
    return state_of(PERMITS, await intake.read(request.app.state.engine, PERMITS, id, caller=caller))


@router.get("/{id:uuid}/history", summary="Read all versions of a permit")
async def read_history(request: Request, id: UUID, caller: Reader) -> list[RecordState[WorkPermit]]:
    """Oldest first, the present state last."""
    versions = await intake.read_history(request.app.state.engine, PERMITS, id, caller=caller)
    return [state_of(PERMITS, version) for version in versions]


@router.put("/{id:uuid}", summary="Correct who the worker is")
async def correct(
    correction: Correction[WorkPermit],
    asked: Annotated[StepRequest, step_by(*PERMITS.writers, scope=PERMITS.scope, key_required=False)],
) -> RecordState[WorkPermit]:
    """Only `person` and `occupation` can be corrected; everything else was decided."""
    return await correct_record(asked, PERMITS, correction.record, correction.reason)


@router.post("/{id:uuid}:revoke", summary="Revoke a permit")
async def revoke(
    revocation: Revocation, asked: Annotated[StepRequest, step_by(*PERMITS.writers, scope=PERMITS.scope)]
) -> PermitAfter:
    """Its place goes back to the quota only where the permit never was in force."""
    return await cases.revoke(asked, revocation)


@router.post("/{id:uuid}:suspend", summary="Suspend a permit")
async def suspend(
    suspension: Suspension, asked: Annotated[StepRequest, step_by(*PERMITS.writers, scope=PERMITS.scope)]
) -> PermitAfter:
    """Its place stays used, and its worker counted: it may be resumed."""
    return await cases.suspend(asked, suspension)


@router.post("/{id:uuid}:resume", summary="Let a suspended permit hold again")
async def resume(
    resumption: Resumption, asked: Annotated[StepRequest, step_by(*PERMITS.writers, scope=PERMITS.scope)]
) -> PermitAfter:
    """From today, to its old last day."""
    return await cases.resume(asked, resumption)


@router.post("/{id:uuid}:add-business-trip", summary="Put a business trip to another region on a permit")
async def add_business_trip(
    trip: BusinessTrip, asked: Annotated[StepRequest, step_by(*PERMITS.readers, scope=PERMITS.scope)]
) -> PermitAfter:
    """At most the days of a calendar year that the norm `business_trip_days` says, each day of one trip only."""
    return await cases.travel(asked, trip)
