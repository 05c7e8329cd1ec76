"""`/v1/employers/{bin}`: the enterprise and its staff reports."""

from typing import Annotated

from fastapi import Query, Request

from services.permits.cases import application_check
from services.permits.cases import employer as cases
from services.permits.cases.application_check import AskedKind, HiringRoom
from services.permits.cases.employer import EMPLOYERS, Employer, EmployerDetails, StaffCounts, StaffReport
from shared.events.wire import Bin, Date, Region
from shared.http.answers import SeenVersion
from shared.http.routes import router as api_router
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires
from shared.records.declaration import DocumentState

router = api_router(prefix="/v1/employers", tags=["employers"])
Speaker = Annotated[Caller, requires("employer", "permits-officer", scope=EMPLOYERS)]


@router.put("/{bin}", summary="Register or change an employer")
async def register(
    request: Request, bin: Bin, details: EmployerDetails, version: SeenVersion, key: OptionalKey, caller: Speaker
) -> DocumentState[Employer]:
    """An employer registers itself, by the BIN of its token. A change needs If-Match."""
    employer = Employer(bin=bin, **dict(details))
    return await cases.register(request.app.state.engine, employer, version=version, key=key, caller=caller)


@router.get("/{bin}", summary="An employer as registered")
async def read(request: Request, bin: Bin, caller: Speaker) -> DocumentState[Employer]:
    return await cases.read(request.app.state.engine, bin, caller)


@router.put("/{bin}/staff/{as_of}", summary="Report the staff of a day")
async def report_staff(
    request: Request,
    bin: Bin,
    as_of: Date,
    counts: StaffCounts,
    version: SeenVersion,
    key: OptionalKey,
    caller: Speaker,
) -> DocumentState[StaffReport]:
    """Local content is judged by the newest report up to the day of the decision. A correction needs If-Match."""
    report = StaffReport(employer_bin=bin, as_of=as_of, citizens=counts.citizens)
    return await cases.report_staff(request.app.state.engine, report, version=version, key=key, caller=caller)


@router.get("/{bin}/staff/{as_of}", summary="The staff report of a day")
async def read_staff(request: Request, bin: Bin, as_of: Date, caller: Speaker) -> DocumentState[StaffReport]:
    return await cases.read_staff(request.app.state.engine, bin, as_of, caller)


@router.get("/{bin}/hiring-room", summary="How many more foreigners the employer may hire, in which category, and why")
async def read_hiring_room(
    request: Request,
    bin: Bin,
    caller: Speaker,
    kind: Annotated[AskedKind, Query()] = "employer",
    region: Annotated[Region | None, Query(description="of the place of work; the employer's seat if none")] = None,
) -> HiringRoom:
    """By staff, permits and quota as they are today, each category by itself. `limits` are the checks that one more
    worker would fail, with what would make them pass; a decision makes the same."""
    return await application_check.room(request.app.state.engine, bin, kind, region, caller)
