"""`/v1/support-grants`: support of settlers granted, read, corrected, withdrawn."""

from typing import Annotated

from fastapi import Request, Response

from services.kandas.cases import support_grant as cases
from services.kandas.cases.support_grant import GRANTS, Granted, SupportRequest
from shared.events.kandas import SupportGrant
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.identity.callers import Caller, requires
from shared.records.routes import Correction, Withdrawal, reading_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, correct_record, step_by, withdraw_record

router = reading_routes(GRANTS, "support grants")
Officer = Annotated[Caller, requires("kandas-officer", scope=GRANTS.scope)]
OfficersStep = Annotated[StepRequest, step_by(*GRANTS.writers, scope=GRANTS.scope, key_required=False)]


@router.post(
    "",
    status_code=201,
    response_model=Granted,
    summary="Grant support to a settler",
    responses={404: problem_answer("There is no such inclusion within your reach.")},
)
async def grant(request: Request, asked: SupportRequest, caller: Officer) -> Response:
    """By the person's place in a regional quota. A refusal (422) names every failed check and what would make it pass.
    200 where it was granted before; 409 where the source_id holds other content."""
    granted, new = await cases.grant(request.app.state.engine, asked, caller)
    return model_response(granted, 201 if new else 200)


@router.put("/{id:uuid}", summary="Correct a grant of support")
async def correct(correction: Correction[SupportGrant], asked: OfficersStep) -> RecordState[SupportGrant]:
    """It is decided on anew by the rules of its day, and refused (422) where it could not have been granted. The
    inclusion and its region stay; the person is that of the inclusion."""
    return await correct_record(asked, GRANTS, correction.record, correction.reason)


@router.post("/{id:uuid}:withdraw", summary="Withdraw a grant of support")
async def withdraw(withdrawal: Withdrawal, asked: OfficersStep) -> RecordState[SupportGrant]:
    """It no longer counts: neither as received nor as owed back. Its content and history stay readable."""
    return await withdraw_record(asked, GRANTS, withdrawal.reason)
