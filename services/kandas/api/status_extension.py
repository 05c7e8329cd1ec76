"""`/v1/kandas-extensions`: a status is extended once: asked for, decided, taken back."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.kandas.cases import extension_work_list as work_list
from services.kandas.cases import status_extension as cases
from services.kandas.cases.extension_work_list import ExtensionLine, StatusStanding
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.status_extension import (
    ExtensionDecision,
    ExtensionRequest,
    ExtensionState,
    ExtensionWithdrawal,
)
from shared.events.wire import Region
from shared.http.answers import etag, model_response
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/kandas-extensions"

router = api_router(prefix=PATH, tags=["kandas extensions"])
standing_router = api_router(prefix="/v1/kandas-statuses", tags=["kandas statuses"])
Officer = Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)]
OfficersStep = Annotated[StepRequest, step_by("kandas-officer", scope=STATUSES.scope)]


class WaitingExtensions(BaseModel):
    """One page of the work list."""

    extensions: list[ExtensionLine]
    next: str | None


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


@router.get("", summary="Extensions that wait for their decision, most urgent first")
async def waiting(
    request: Request,
    caller: Officer,
    region: Annotated[Region | None, Query(description="of the status; every region of yours without it")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> WaitingExtensions:
    """With the days that are left for the decision; without persons."""
    place: tuple[date, UUID] | None = after(cursor, date, UUID)
    lines, more = page(await work_list.waiting(request.app.state.engine, region, place, limit + 1, caller), limit)
    last = cursor_at(lines[-1].decide_by.isoformat(), str(lines[-1].id)) if more else None
    return WaitingExtensions(extensions=list(lines), next=last)


@standing_router.get("/{id:uuid}/standing", summary="How a status stands today")
async def standing(request: Request, id: UUID, caller: Officer) -> StatusStanding:
    """Whether it is in force, and whether an extension waits for its decision meanwhile. The reading is written to the
    access log."""
    return await work_list.standing(request.app.state.engine, id, caller)


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
