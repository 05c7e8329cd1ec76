"""`/v1/centre-stays`: families placed in a centre, their members' stays read, corrected, left, withdrawn."""

from typing import Annotated

from fastapi import Request, Response

from services.kandas.cases import centre_placement, centre_stay
from services.kandas.cases.centre_placement import Placed, PlacementRequest
from services.kandas.cases.centre_stay import STAYS, Leaving
from shared.events.centres import CentreStay
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.identity.callers import Caller, requires
from shared.records.routes import Correction, Withdrawal, reading_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, correct_record, step_by, withdraw_record

router = reading_routes(STAYS, "centre stays")
Officer = Annotated[Caller, requires("kandas-officer", scope=STAYS.scope)]
OfficersStep = Annotated[StepRequest, step_by(*STAYS.writers, scope=STAYS.scope, key_required=False)]


@router.post(
    "",
    status_code=201,
    response_model=Placed,
    summary="Place a family in a centre",
    responses={404: problem_answer("There is no such centre or status within your reach.")},
)
async def place(request: Request, asked: PlacementRequest, caller: Officer) -> Response:
    """A place for each member on every day, or none for any: a refusal (422) names every failed check and what would
    make it pass, of a full centre the first day with room. 200 where the same members were placed before; 409 where a
    source_id holds other content."""
    placed, new = await centre_placement.place(request.app.state.engine, asked, caller)
    return model_response(placed, 201 if new else 200)


@router.put("/{id:uuid}", summary="Correct who the person is")
async def correct(correction: Correction[CentreStay], asked: OfficersStep) -> RecordState[CentreStay]:
    """Only `person` can be corrected; everything else was decided."""
    return await correct_record(asked, STAYS, correction.record, correction.reason)


@router.post("/{id:uuid}:leave", summary="Leave a centre before the last day")
async def leave(
    body: Leaving, asked: Annotated[StepRequest, step_by("kandas-officer", scope=STAYS.scope)]
) -> RecordState[CentreStay]:
    """The place is free from that day on."""
    return await centre_stay.leave(asked, body)


@router.post("/{id:uuid}:withdraw", summary="Withdraw a stay")
async def withdraw(withdrawal: Withdrawal, asked: OfficersStep) -> RecordState[CentreStay]:
    """It was entered by mistake, or nobody came: the place was never taken. Its content and history stay readable."""
    return await withdraw_record(asked, STAYS, withdrawal.reason)
