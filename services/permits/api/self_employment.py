"""`/v1/self-employment-applications`: certificates by points; `/v1/self-employment-points`: the table, open to all."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.permits.cases import self_employment as cases
from services.permits.cases.self_employment import (
    APPLICATIONS,
    PointsTable,
    SelfEmploymentApplication,
    SelfEmploymentCheck,
    SelfEmploymentFileState,
    SelfEmploymentLine,
    SelfEmploymentWithdrawal,
    Status,
)
from shared.http.answers import model_response
from shared.http.paging import Cursor, Limit, cursor_at, last_id, page
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/self-employment-applications"

router = api_router(tags=["certificates of self-employment"])
Officer = Annotated[Caller, requires("permits-officer", scope=APPLICATIONS)]
OfficerStep = Annotated[StepRequest, step_by("permits-officer", scope=APPLICATIONS)]


class SelfEmploymentWorkList(BaseModel):
    """Applications in the order in which they were handed in; `next` is the cursor of the page after, if there is
    one."""

    applications: list[SelfEmploymentLine]
    next: str | None


@router.get("/v1/self-employment-points", summary="The points table for certificates of self-employment")
async def points_table(_: Annotated[Caller | None, public()]) -> PointsTable:
    """Open to everybody: the parts with their points, the threshold in force today, and where they come from."""
    return cases.points_table()


@router.post(
    PATH,
    status_code=201,
    response_model=SelfEmploymentFileState,
    summary="Apply for a certificate of self-employment",
)
async def submit(request: Request, application: SelfEmploymentApplication, caller: Officer) -> Response:
    """The officer enters what the foreigner brings. 201 when it is new; 200 when the same application is there already;
    409 when the source_id holds another one."""
    state, new = await cases.submit(request.app.state.engine, application, caller)
    return model_response(state, 201 if new else 200, {"Location": f"{PATH}/{state.id}"})


@router.post(f"{PATH}:check", summary="Ask what the decision would be, before anything is submitted")
async def check(request: Request, application: SelfEmploymentApplication, caller: Officer) -> SelfEmploymentCheck:
    """The points of each part and every other check, with rule, version, finding and, where it fails, what would make
    it pass. Nothing of the application is kept. That it was asked is written to the applicant's access log."""
    return await cases.check(request.app.state.engine, application, caller)


@router.get(PATH, summary="The work list of applications for certificates, longest waiting first")
async def work_list(
    request: Request,
    caller: Officer,
    status: Annotated[Status, Query()] = "applied",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SelfEmploymentWorkList:
    """What waits for a decision (`applied`), or is in another state, of the agency's region; no persons."""
    found = await cases.work_list(request.app.state.engine, status, last_id(cursor), limit + 1, caller)
    lines, more = page(found, limit)
    return SelfEmploymentWorkList(applications=list(lines), next=cursor_at(lines[-1].id.hex) if more else None)


@router.get(f"{PATH}/{{id:uuid}}", summary="An application for a certificate and what became of it")
async def read(request: Request, id: UUID, caller: Officer) -> SelfEmploymentFileState:
    """The reading is written to the applicant's access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post(f"{PATH}/{{id:uuid}}/decision", summary="Decide an application for a certificate")
async def decide(asked: OfficerStep) -> SelfEmploymentFileState:
    """By the table and the rules in force today; the decision lists the points of each part. Granted, the certificate
    is issued as a work permit with the id in `certificate`, and revoked at /v1/work-permits."""
    return await cases.decide(asked)


@router.post(f"{PATH}/{{id:uuid}}:withdraw", summary="Take an application for a certificate back")
async def withdraw(body: SelfEmploymentWithdrawal, asked: OfficerStep) -> SelfEmploymentFileState:
    """Before it is decided."""
    return await cases.withdraw(asked, body)
