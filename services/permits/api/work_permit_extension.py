"""`/v1/work-permit-extensions`: extensions of employers' permits, from the application to the longer permit."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.permits.api.work_permit_application import APPLICANTS, place_after
from services.permits.cases import extended_work_permit
from services.permits.cases import work_permit_extension as cases
from services.permits.cases.extended_work_permit import PermitExtensionCheck
from services.permits.cases.fee import FeeSetting, Payment
from services.permits.cases.work_permit_application import TakeBack
from services.permits.cases.work_permit_extension import (
    EXTENSIONS,
    PermitExtension,
    PermitExtensionLine,
    PermitExtensionState,
    Status,
)
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/work-permit-extensions"

router = api_router(prefix=PATH, tags=["work permit extensions"])
Applicant = Annotated[Caller, requires(*APPLICANTS, scope=EXTENSIONS)]
ApplicantStep = Annotated[StepRequest, step_by(*APPLICANTS, scope=EXTENSIONS)]
AuthorityStep = Annotated[StepRequest, step_by("permits-officer", scope=EXTENSIONS)]


class ExtensionWorkList(BaseModel):
    """Applications for extensions in the order of their deadlines; `next` is the cursor of the page after."""

    extensions: list[PermitExtensionLine]
    next: str | None


@router.post(
    "",
    status_code=201,
    response_model=PermitExtensionState,
    responses={404: problem_answer("There is no such permit within your reach.")},
    summary="Apply for the extension of a permit",
)
async def submit(request: Request, extension: PermitExtension, caller: Applicant) -> Response:
    """From 60 to 30 days before the permit's last day: what is asked for earlier or later is refused by the decision.
    201 when it is new; 200 when the same application is there already; 409 when the permit's extension is asked for
    already, or the employer's source_id holds another application."""
    state, new = await cases.submit(request.app.state.engine, extension, caller)
    return model_response(state, 201 if new else 200, {"Location": f"{PATH}/{state.id}"})


@router.post(
    ":check",
    responses={404: problem_answer("There is no such permit within your reach.")},
    summary="Ask what the decision on an extension would be, before it is applied for",
)
async def check(request: Request, extension: PermitExtension, caller: Applicant) -> PermitExtensionCheck:
    """Every check with rule, version, finding and, where it fails, what would make it pass, and the fee. Nothing is
    kept or reserved. That it was asked is written to the worker's access log."""
    return await extended_work_permit.check(request.app.state.engine, extension, caller)


@router.get("", summary="The work list of extensions, most urgent first")
async def find(
    request: Request,
    caller: Applicant,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ExtensionWorkList:
    """An employer sees its own, an officer those of the agency's region, also where it is a further one."""
    start = place_after(after(cursor, str, str))
    lines, more = page(await cases.find(request.app.state.engine, status, start, limit + 1, caller), limit)
    last = cursor_at(lines[-1].decide_by.isoformat(), str(lines[-1].id)) if more else None
    return ExtensionWorkList(extensions=list(lines), next=last)


@router.get("/{id:uuid}", summary="An application for an extension and what became of it")
async def read(request: Request, id: UUID, caller: Applicant) -> PermitExtensionState:
    """The decision lists every check. The reading is written to the worker's access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}/decision", summary="Decide an extension")
async def decide(asked: AuthorityStep) -> PermitExtensionState:
    """By the rules in force today: those of extensions, and those of a first permit that are put again. Granted, a
    place is reserved where the permit has none of the year, and the fee falls due; where none is, the permit is
    extended."""
    return await extended_work_permit.decide(asked)


@router.post("/{id:uuid}:set-fee", summary="Set the fee of an extension that the rulebook does not know")
async def set_fee(setting: FeeSetting, asked: AuthorityStep) -> PermitExtensionState:
    """With the act that says so; nothing can be paid before."""
    return await extended_work_permit.set_fee(asked, setting)


@router.post("/{id:uuid}/payment", summary="Enter the fee and extend the permit")
async def pay(payment: Payment, asked: AuthorityStep) -> PermitExtensionState:
    """The permit holds until the last day asked for, from the next version on."""
    return await extended_work_permit.pay(asked, payment)


@router.post("/{id:uuid}:withdraw", summary="Take an application for an extension back")
async def withdraw(body: TakeBack, asked: ApplicantStep) -> PermitExtensionState:
    """Before the permit is extended; a reserved place goes back to the quota."""
    return await cases.withdraw(asked, body)
