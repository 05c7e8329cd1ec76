"""`/v1/labour-immigrant-applications`: permits at private households, from the application to the extension."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.permits.cases import labour_immigrant as cases
from services.permits.cases import labour_immigrant_permit as permit_cases
from services.permits.cases import labour_immigrant_search as search
from services.permits.cases.household_family import FamilyChange
from services.permits.cases.labour_immigrant import (
    APPLICATIONS,
    Extension,
    HouseholdApplication,
    HouseholdFileState,
    PoliceAnswer,
    Status,
    WithdrawalReason,
)
from services.permits.cases.labour_immigrant_permit import HouseholdCheck
from services.permits.cases.labour_immigrant_search import HouseholdLine, HouseholdQuery
from shared.http.answers import model_response
from shared.http.paging import Cursor, Limit, cursor_at, last_id, page
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/labour-immigrant-applications"

router = api_router(prefix=PATH, tags=["labour immigrants"])
Officer = Annotated[Caller, requires("permits-officer", scope=APPLICATIONS)]
Reader = Annotated[Caller, requires("permits-officer", "migration-police", scope=APPLICATIONS)]
OfficerStep = Annotated[StepRequest, step_by("permits-officer", scope=APPLICATIONS)]
PoliceStep = Annotated[StepRequest, step_by("migration-police", scope=APPLICATIONS)]


class HouseholdWorkList(BaseModel):
    """Applications in the order in which they were handed in; `next` is the cursor of the page after, if there is
    one."""

    applications: list[HouseholdLine]
    next: str | None


class HouseholdFiles(BaseModel):
    """Applications of one household, newest first, at most a thousand."""

    applications: list[HouseholdFileState]


@router.post(
    "", status_code=201, response_model=HouseholdFileState, summary="Apply for a labour immigrant at a household"
)
async def submit(request: Request, application: HouseholdApplication, caller: Officer) -> Response:
    """The officer enters what the household brings. 201 when it is new; 200 when the same application is there already;
    409 when the source_id holds another one."""
    state, new = await cases.submit(request.app.state.engine, application, caller)
    return model_response(state, 201 if new else 200, {"Location": f"{PATH}/{state.id}"})


@router.post(":check", summary="Ask what the decision would be, before anything is submitted")
async def check(request: Request, application: HouseholdApplication, caller: Officer) -> HouseholdCheck:
    """Every check with rule, version, finding and, where it fails, what would make it pass; what the migration police
    will answer is unknown and refuses nobody. Nothing of the application is kept. That it was asked is written to the
    access logs of the worker and of the householder. 422 where all would be granted and the tax payment was used
    before, as the decision would say."""
    return await permit_cases.check(request.app.state.engine, application, caller)


@router.get("", summary="The work list of households' applications, longest waiting first")
async def work_list(
    request: Request,
    caller: Reader,
    status: Annotated[Status, Query()] = "submitted",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> HouseholdWorkList:
    """What waits for the police (`submitted`) or for a decision (`answered`), of the agency's region; no persons."""
    found = await search.work_list(request.app.state.engine, status, last_id(cursor), limit + 1, caller)
    lines, more = page(found, limit)
    return HouseholdWorkList(applications=list(lines), next=cursor_at(lines[-1].id.hex) if more else None)


@router.post(":find", summary="A household's applications")
async def find(request: Request, wanted: HouseholdQuery, caller: Reader) -> HouseholdFiles:
    """Newest first, those that you reach. The IIN stands in the body: addresses are logged. The search is written to
    the access logs of the householder and of every worker shown."""
    return HouseholdFiles(applications=await search.find(request.app.state.engine, wanted, caller))


@router.get("/{id:uuid}", summary="An application of a household and what became of it")
async def read(request: Request, id: UUID, caller: Reader) -> HouseholdFileState:
    """The reading is written to the worker's access log, and to the householder's."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:answer", summary="Enter the answer of the migration police")
async def answer(said: PoliceAnswer, asked: PoliceStep) -> HouseholdFileState:
    """Due by `answer_by`; nothing is decided before."""
    return await cases.answer(asked, said)


@router.post("/{id:uuid}/decision", summary="Decide an application of a household")
async def decide(asked: OfficerStep) -> HouseholdFileState:
    """By the rules in force today. Granted, the permit is issued as a work permit with the id in `permit`."""
    return await permit_cases.decide(asked)


@router.post("/{id:uuid}:extend", summary="Extend the permit")
async def extend(extension: Extension, asked: OfficerStep) -> HouseholdFileState:
    """The last of `extensions` lists the checks; granted, the permit holds for as many months more."""
    return await permit_cases.extend(asked, extension)


@router.post("/{id:uuid}:change-family", summary="Say anew who of the worker's family lives here")
async def change_family(body: FamilyChange, asked: OfficerStep) -> HouseholdFileState:
    """The whole family as it is from now on; the social medical insurance fund is told of it where the permit is
    issued, and nobody else is. It is written to the access log of every member."""
    return await cases.change_family(asked, body)


@router.post("/{id:uuid}:withdraw", summary="Take an application of a household back")
async def withdraw(body: WithdrawalReason, asked: OfficerStep) -> HouseholdFileState:
    """Before it is decided; an issued permit is revoked at /v1/work-permits."""
    return await cases.withdraw(asked, body)
