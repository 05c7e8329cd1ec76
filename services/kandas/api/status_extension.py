"""`/v1/kandas-extensions`: a status is extended once: asked for, decided, taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.kandas.cases import status_extension as cases
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.status_extension import (
    ExtensionDecision,
    ExtensionRequest,
    ExtensionState,
    ExtensionWithdrawal,
)
from shared.http.answers import etag, model_response
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/kandas-extensions"

router = api_router(prefix=PATH, tags=["kandas extensions"])
Officer = Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)]
OfficersStep = Annotated[StepRequest, step_by("kandas-officer", scope=STATUSES.scope)]


@router.post(
    "",
    status_code=201,
    response_model=ExtensionState,
    summary="Ask for an extension of a status",
    responses={404: problem_answer("There is no such status within your reach.")},
)
async def apply(request: Request, body: ExtensionRequest, caller: Officer) -> Response:
    """201 when it is new; 200 when the same is there already; 409 when its source_id holds another, when the status is
    not in force, and while another extension of it waits."""
    state, new = await cases.apply(request.app.state.engine, body, caller)
    headers = {"ETag": etag(state.version), "Location": f"{PATH}/{state.id}"}
    return model_response(state, 201 if new else 200, headers)


@router.get("/{id:uuid}", summary="An extension as it stands")
async def read(request: Request, id: UUID, caller: Officer) -> ExtensionState:
    """Its state, when it must be decided, and the decision. The reading is written to the access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}/decision", summary="Decide on an extension")
async def decide(body: ExtensionDecision, asked: OfficersStep) -> ExtensionState:
    """Today, by the rules in force today, with every check; what is granted moves the last day of the status."""
    return await cases.decide(asked, body)


@router.post("/{id:uuid}:withdraw", summary="Take an extension back")
async def withdraw(body: ExtensionWithdrawal, asked: OfficersStep) -> ExtensionState:
    """Before its decision. A status whose last day is over ends with the next run."""
    return await cases.withdraw(asked, body)
