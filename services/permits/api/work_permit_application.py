"""`/v1/work-permit-applications`: submitted, decided, paid for, taken back."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.permits.cases import application_check, work_permit, work_permit_application
from services.permits.cases.application_check import CheckAnswer
from services.permits.cases.fee import FeeSetting, Payment
from services.permits.cases.work_permit_application import (
    APPLICATIONS,
    Application,
    ApplicationLine,
    ApplicationReceipt,
    FileState,
    Status,
    TakeBack,
)
from shared.errors import Invalid
from shared.http.answers import model_response
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/work-permit-applications"
APPLICANTS = ("employer", "permits-officer")

router = api_router(prefix=PATH, tags=["work permit applications"])
Applicant = Annotated[Caller, requires(*APPLICANTS, scope=APPLICATIONS)]
AuthorityStep = Annotated[StepRequest, step_by("permits-officer", scope=APPLICATIONS)]


class WorkList(BaseModel):
    """Applications in the order of their deadlines; `next` is the cursor of the page after, if there is one."""

    applications: list[ApplicationLine]
    next: str | None


@router.post(
    "", status_code=201, response_model=ApplicationReceipt, summary="Apply for permits for one or many workers"
)
async def submit(request: Request, application: Application, caller: Applicant) -> Response:
    """201 when it is new; 200 with the same body when the same application is there already; 409 when the employer's
    source_id holds another one."""
    receipt, new = await work_permit_application.submit(request.app.state.engine, application, caller)
    return model_response(receipt, 201 if new else 200, {"Location": f"{PATH}/{receipt.id}"})


@router.post(":check", summary="Ask what the decision would be, before anything is submitted")
async def check(request: Request, application: Application, caller: Applicant) -> CheckAnswer:
    """Every check with rule, version, finding and, where it fails, what would make it pass; and how many more workers
    of each category the employer may be granted. Places of who did not pay in time count as free. Nothing of the
    application is kept; nothing is reserved. That it was asked is written to the access log of every worker. The labour
    exchange is asked for the vacancies."""
    state = request.app.state
    return await application_check.check(state.engine, state.labour_market, application, caller)


@router.get("", summary="The work list, most urgent first")
async def find(
    request: Request,
    caller: Applicant,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> WorkList:
    """An employer sees its own applications, an officer those of the agency's region, also where it is a further
    one: such are decided by the first."""
    start = place_after(after(cursor, str, str))
    found = await work_permit_application.find(request.app.state.engine, status, start, limit + 1, caller)
    lines, more = page(found, limit)
    last = cursor_at(lines[-1].decide_by.isoformat(), str(lines[-1].id)) if more else None
    return WorkList(applications=list(lines), next=last)


def place_after(values: tuple[Any, ...] | None) -> tuple[date, UUID] | None:
    """The place in a work list that a cursor names. Raises Invalid."""
    try:
        return (date.fromisoformat(values[0]), UUID(values[1])) if values else None
    except ValueError:
        raise Invalid("The cursor is none that was given out here. Begin again without one.") from None


@router.get("/{id:uuid}", summary="An application and what became of it")
async def read(request: Request, id: UUID, caller: Applicant) -> FileState:
    """The decision lists every check. The reading is written to the access log of every worker."""
    return await work_permit_application.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}/decision", summary="Decide an application")
async def decide(request: Request, asked: AuthorityStep) -> FileState:
    """By the rules in force today; nobody grants what they refuse. `decision` lists every check with rule, version,
    finding and, where it failed, what would make it pass. Granted, the places are reserved and the fee falls due. The
    labour exchange is asked for the vacancies; where it does not answer, that speaks against nobody."""
    return await work_permit.decide(asked, request.app.state.labour_market)


@router.post("/{id:uuid}:set-fee", summary="Set a fee that the rulebook does not know")
async def set_fee(
    setting: FeeSetting, asked: Annotated[StepRequest, step_by("permits-officer", scope=APPLICATIONS)]
) -> FileState:
    """With the act that says so; nothing can be paid before."""
    return await work_permit.set_fee(asked, setting)


@router.post("/{id:uuid}/payment", summary="Enter the fee and issue the permits")
async def pay(payment: Payment, asked: AuthorityStep) -> FileState:
    """The permits, one a worker, have the ids in `permits`."""
    return await work_permit.pay(asked, payment)


@router.post("/{id:uuid}:withdraw", summary="Take an application back")
async def withdraw(
    body: TakeBack, asked: Annotated[StepRequest, step_by(*APPLICANTS, scope=APPLICATIONS)]
) -> FileState:
    """Before the permits are issued; reserved places go back to the quota."""
    return await work_permit_application.withdraw(asked, body)
