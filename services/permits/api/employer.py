"""`/v1/employers/{bin}`: the enterprise and its staff reports."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel

from services.permits.api.document_state import DocumentState, document_response
from services.permits.cases import employer as cases
from services.permits.cases.employer import Employer, Heads, StaffReport
from shared.events.permits import Category
from shared.events.wire import Activity, Bin, Date, Region, Text
from shared.http.answers import SeenVersion
from shared.http.routes import router as api_router
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/employers", tags=["employers"])
Speaker = Annotated[Caller, requires("employer", "permits-officer")]


class EmployerDetails(BaseModel):
    """The enterprise: name, OKED section of its activity, region of its seat."""

    name: Text
    activity: Activity
    region: Region


class StaffCounts(BaseModel):
    """Citizens of Kazakhstan in each category at the end of the day; a category that is not named has none."""

    citizens: dict[Category, Heads]


@router.put("/{bin}", response_model=DocumentState[Employer], summary="Register or change an employer")
async def register(
    request: Request, bin: Bin, details: EmployerDetails, version: SeenVersion, key: OptionalKey, caller: Speaker
) -> Response:
    """An employer registers itself, by the BIN of its token. A change needs If-Match."""
    employer = Employer(bin=bin, **details.model_dump())
    engine = request.app.state.engine
    return document_response(await cases.register(engine, employer, version=version, key=key, caller=caller))


@router.get("/{bin}", response_model=DocumentState[Employer], summary="An employer as registered")
async def read(request: Request, bin: Bin, caller: Speaker) -> Response:
    return document_response(await cases.read(request.app.state.engine, bin, caller))


@router.put("/{bin}/staff/{as_of}", response_model=DocumentState[StaffReport], summary="Report the staff of a day")
async def report_staff(
    request: Request,
    bin: Bin,
    as_of: Date,
    counts: StaffCounts,
    version: SeenVersion,
    key: OptionalKey,
    caller: Speaker,
) -> Response:
    """Local content is judged by the newest report up to the day of the decision. A correction needs If-Match."""
    report = StaffReport(employer_bin=bin, as_of=as_of, citizens=counts.citizens)
    engine = request.app.state.engine
    return document_response(await cases.report_staff(engine, report, version=version, key=key, caller=caller))


@router.get("/{bin}/staff/{as_of}", response_model=DocumentState[StaffReport], summary="The staff report of a day")
async def read_staff(request: Request, bin: Bin, as_of: Date, caller: Speaker) -> Response:
    return document_response(await cases.read_staff(request.app.state.engine, bin, as_of, caller))
