"""`/v1/work-permit-applications`: submitted, decided, paid for, taken back."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.permits.cases import work_permit, work_permit_application
from services.permits.cases.work_permit_application import Application, ApplicationFile, Payment, Status, read_file
from shared.db.records import FIRST, Record
from shared.errors import Invalid
from shared.events.wire import Bin, Date, Text
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires

PATH = "/v1/work-permit-applications"

router = api_router(prefix=PATH, tags=["work permit applications"])
Applicant = Annotated[Caller, requires("employer", "permits-officer")]
Authority = Annotated[Caller, requires("permits-officer", "system")]


class FileState(ApplicationFile):
    """An application and what became of it, as the register holds it."""

    id: UUID
    version: int


class Receipt(BaseModel):
    """Where the application is held and when it will be decided at the latest."""

    id: UUID
    version: int
    source_id: str
    decide_by: Date


class ApplicationLine(BaseModel):
    """An application in the work list, without its persons."""

    id: UUID
    employer_bin: Bin
    status: Status
    decide_by: Date
    pay_by: Date | None


class WorkList(BaseModel):
    """Applications in the order of their deadlines; `next` is the cursor of the page after, if there is one."""

    applications: list[ApplicationLine]
    next: str | None


class TakeBack(BaseModel):
    """Why the employer no longer wants the permits."""

    reason: Text


@router.post("", status_code=201, response_model=Receipt, summary="Apply for permits for one or many workers")
async def submit(request: Request, application: Application, caller: Applicant) -> Response:
    """201 when it is new; 200 with the same body when the same application is there already; 409 when the employer's
    source_id holds another one."""
    record, new = await work_permit_application.submit(request.app.state.engine, application, caller)
    body = {
        "id": str(record.id),
        "version": FIRST,
        "source_id": application.source_id,
        "decide_by": read_file(record).decide_by,
    }
    return json_response(body, 201 if new else 200, {"ETag": etag(FIRST), "Location": f"{PATH}/{record.id}"})


@router.get("", response_model=WorkList, summary="The work list, most urgent first")
async def find(
    request: Request,
    caller: Applicant,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """An employer sees its own applications."""
    start = _place(after(cursor, str, str))
    found = await work_permit_application.find(request.app.state.engine, status, start, limit + 1, caller)
    lines, more = page(found, limit)
    last = cursor_at(lines[-1].decide_by.isoformat(), str(lines[-1].id)) if more else None
    return json_response({"applications": [asdict(line) | {"id": str(line.id)} for line in lines], "next": last})


def _place(values: tuple[Any, ...] | None) -> tuple[date, UUID] | None:
    try:
        return (date.fromisoformat(values[0]), UUID(values[1])) if values else None
    except ValueError:
        raise Invalid("The cursor is none that was given out here. Begin again without one.") from None


@router.get("/{id}", response_model=FileState, summary="An application and what became of it")
async def read(request: Request, id: UUID, caller: Applicant) -> Response:
    """The decision lists every check. The reading is written to the access log of every worker."""
    return _state(await work_permit_application.read(request.app.state.engine, id, caller))


@router.post("/{id}/decision", response_model=FileState, summary="Decide an application")
async def decide(request: Request, id: UUID, version: ExpectedVersion, key: RequiredKey, caller: Authority) -> Response:
    """By the rules in force today; nobody grants what they refuse. `decision` lists every check with rule, version,
    finding and, where it failed, what would make it pass. Granted, the places are reserved and the fee falls due."""
    return _changed(await work_permit.decide(request.app.state.engine, id, version=version, key=key, caller=caller))


@router.post("/{id}/payment", response_model=FileState, summary="Enter the fee and issue the permits")
async def pay(
    request: Request, id: UUID, payment: Payment, version: ExpectedVersion, key: RequiredKey, caller: Authority
) -> Response:
    """The permits, one a worker, have the ids in `permits`."""
    return _changed(
        await work_permit.pay(request.app.state.engine, id, payment, version=version, key=key, caller=caller)
    )


@router.post("/{id}:withdraw", response_model=FileState, summary="Take an application back")
async def withdraw(
    request: Request, id: UUID, body: TakeBack, version: ExpectedVersion, key: RequiredKey, caller: Applicant
) -> Response:
    """Before the permits are issued; reserved places go back to the quota."""
    return _changed(
        await work_permit_application.withdraw(
            request.app.state.engine, id, body.reason, version=version, key=key, caller=caller
        )
    )


def _state(record: Record) -> Response:
    return _changed({"id": str(record.id), "version": record.version, **read_file(record).model_dump(mode="json")})


def _changed(state: dict[str, Any]) -> Response:
    return json_response(state, headers={"ETag": etag(state["version"])})
