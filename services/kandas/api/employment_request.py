"""`/v1/employment-requests`: settlers ask for work, find it or not; the work list of a region."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.kandas.cases import employment_request as cases
from services.kandas.cases.employment_request import (
    REQUESTS,
    ClosedWithout,
    EmploymentAsked,
    RequestTaken,
    WaitingRequest,
    WorkFound,
)
from shared.events.kandas import EmploymentRequest
from shared.events.wire import Region
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.identity.callers import Caller, requires
from shared.records.routes import Correction, Withdrawal, reading_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, correct_record, step_by, withdraw_record

router = reading_routes(REQUESTS, "employment of settlers")
Officer = Annotated[Caller, requires("kandas-officer", scope=REQUESTS.scope)]
OfficersAct = Annotated[StepRequest, step_by(*REQUESTS.writers, scope=REQUESTS.scope)]
OfficersStep = Annotated[StepRequest, step_by(*REQUESTS.writers, scope=REQUESTS.scope, key_required=False)]


class WorkList(BaseModel):
    """Requests, those made first first; `next` is the cursor of the page after, if there is one."""

    requests: list[WaitingRequest]
    next: str | None


@router.post(
    "",
    status_code=201,
    response_model=RequestTaken,
    summary="Enter that a settler asks for work",
    responses={404: problem_answer("There is no such status or inclusion within your reach.")},
)
async def ask(request: Request, asked: EmploymentAsked, caller: Officer) -> Response:
    """By a status in force or a place in a regional quota, to the employment body of its region. 200 where it was
    entered before; 409 where the source_id holds other content, or another request of the person waits."""
    taken, new = await cases.ask(request.app.state.engine, asked, caller)
    return model_response(taken, 201 if new else 200)


@router.get("", summary="The work list of requests, longest waiting first")
async def work_list(
    request: Request,
    caller: Officer,
    state: Annotated[Literal["asked", "found", "closed"], Query()] = "asked",
    region: Annotated[Region | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> WorkList:
    """What waits (`asked`), or is in another state, of the regions that the caller reaches; no persons."""
    place = after(cursor, date, UUID)
    found = await cases.work_list(request.app.state.engine, state, region, place, limit + 1, caller)
    lines, more = page(found, limit)
    following = cursor_at(lines[-1].asked_on.isoformat(), lines[-1].id.hex) if more else None
    return WorkList(requests=list(lines), next=following)


@router.put("/{id:uuid}", summary="Correct a request for work")
async def correct(correction: Correction[EmploymentRequest], asked: OfficersStep) -> RecordState[EmploymentRequest]:
    """State and days too, where they were entered wrongly. By whom it was asked stays."""
    return await correct_record(asked, REQUESTS, correction.record, correction.reason)


@router.post("/{id:uuid}:withdraw", summary="Withdraw a request for work")
async def withdraw(withdrawal: Withdrawal, asked: OfficersStep) -> RecordState[EmploymentRequest]:
    """It was never made: it no longer counts. Its content and history stay readable."""
    return await withdraw_record(asked, REQUESTS, withdrawal.reason)


@router.post("/{id:uuid}:place", summary="Enter that work was found")
async def place(body: WorkFound, asked: OfficersAct) -> RecordState[EmploymentRequest]:
    """Employer, position and the term for which it is expected to last."""
    return await cases.place(asked, body)


@router.post("/{id:uuid}:close", summary="Close a request without work")
async def close(body: ClosedWithout, asked: OfficersAct) -> RecordState[EmploymentRequest]:
    """The person may ask again."""
    return await cases.close(asked, body)
