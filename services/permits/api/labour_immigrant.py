"""`/v1/labour-immigrant-applications`: permits at private households, from the application to the extension."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.permits.cases import labour_immigrant as cases
from services.permits.cases.labour_immigrant import (
    APPLICATIONS,
    Extension,
    HouseholdApplication,
    HouseholdFileState,
    PoliceAnswer,
    WithdrawalReason,
)
from shared.http.answers import model_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/labour-immigrant-applications"

router = api_router(prefix=PATH, tags=["labour immigrants"])
Officer = Annotated[Caller, requires("permits-officer", scope=APPLICATIONS)]
Reader = Annotated[Caller, requires("permits-officer", "migration-police", scope=APPLICATIONS)]
OfficerStep = Annotated[StepRequest, step_by("permits-officer", scope=APPLICATIONS)]
PoliceStep = Annotated[StepRequest, step_by("migration-police", scope=APPLICATIONS)]


@router.post(
    "", status_code=201, response_model=HouseholdFileState, summary="Apply for a labour immigrant at a household"
)
async def submit(request: Request, application: HouseholdApplication, caller: Officer) -> Response:
    """The officer enters what the household brings. 201 when it is new; 200 when the same application is there already;
    409 when the source_id holds another one."""
    state, new = await cases.submit(request.app.state.engine, application, caller)
    return model_response(state, 201 if new else 200, {"Location": f"{PATH}/{state.id}"})


@router.get("/{id:uuid}", summary="An application of a household and what became of it")
async def read(request: Request, id: UUID, caller: Reader) -> HouseholdFileState:
    """The reading is written to the worker's access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:answer", summary="Enter the answer of the migration police")
async def answer(said: PoliceAnswer, asked: PoliceStep) -> HouseholdFileState:
    """Due by `answer_by`; nothing is decided before."""
    return await cases.answer(asked, said)


@router.post("/{id:uuid}/decision", summary="Decide an application of a household")
async def decide(asked: OfficerStep) -> HouseholdFileState:
    """By the rules in force today. Granted, the permit is issued as a work permit with the id in `permit`."""
    return await cases.decide(asked)


@router.post("/{id:uuid}:extend", summary="Extend the permit")
async def extend(extension: Extension, asked: OfficerStep) -> HouseholdFileState:
    """The last of `extensions` lists the checks; granted, the permit holds for as many months more."""
    return await cases.extend(asked, extension)


@router.post("/{id:uuid}:withdraw", summary="Take an application of a household back")
async def withdraw(body: WithdrawalReason, asked: OfficerStep) -> HouseholdFileState:
    """Before it is decided; an issued permit is revoked at /v1/work-permits."""
    return await cases.withdraw(asked, body)
