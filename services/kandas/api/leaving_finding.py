"""`/v1/kandas-leavings`: kandas who left for permanent residence abroad, as found, contested, confirmed, dismissed.
`/v1/me/kandas-leavings`: what was found against me."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.kandas.cases import leaving_finding as cases
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.leaving_finding import (
    LeavingAnswer,
    LeavingFinding,
    LeavingFindings,
    LeavingQuery,
    LeavingRun,
    Objection,
)
from shared.http.languages import Speech
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record
from shared.records.step import StepRequest, step_by

OWN = no_record("whoever asks is shown themselves, by the IIN of the token")
RUN = no_record("copies of departures bring it about; the answer is a count")

router = api_router(prefix="/v1/kandas-leavings", tags=["kandas who left"])
own_router = api_router(prefix="/v1/me/kandas-leavings", tags=["my leaving"])
run_router = api_router(prefix="/v1/kandas-leaving-runs", tags=["operations"])
Officer = Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)]
OfficersStep = Annotated[StepRequest, step_by("kandas-officer", scope=STATUSES.scope)]


@router.post(":find", summary="Findings that kandas left, by state")
async def find(
    request: Request, body: LeavingQuery, caller: Officer, limit: Limit = 100, cursor: Cursor = None
) -> LeavingFindings:
    """Of statuses in your region, the oldest first: those that wait for an officer, or those in the states that are
    asked for. Everyone shown is written to the access log."""
    return await cases.find(request.app.state.engine, body, cursor, limit, caller)


@router.get("/{id:uuid}", summary="A finding as it stands")
async def read(request: Request, id: UUID, caller: Officer) -> LeavingFinding:
    """Whose status, which departure, by which evidence and rule, and whether the portal still says so. The reading is
    written to the access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:contest", summary="Write down that the person contests a finding")
async def contest(body: Objection, asked: OfficersStep) -> LeavingFinding:
    """It waits for an officer's answer: a confirmation or a dismissal."""
    return await cases.contest(asked, body)


@router.post("/{id:uuid}:confirm", summary="Confirm that a kandas left")
async def confirm(body: LeavingAnswer, asked: OfficersStep) -> LeavingFinding:
    """A status in force ends on the day of leaving. 409 where the registers no longer say so, 503 while departures
    that were registered lately may be missing."""
    return await cases.confirm(asked, body)


@router.post("/{id:uuid}:dismiss", summary="Dismiss a finding")
async def dismiss(body: LeavingAnswer, asked: OfficersStep) -> LeavingFinding:
    """Somebody else left, or the person is back: this departure is found no more."""
    return await cases.dismiss(asked, body)


@own_router.get("", summary="Whether I was found to have left the country for good")
async def own(
    request: Request,
    caller: Annotated[Caller, requires("citizen", scope=OWN)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> LeavingFindings:
    """By the IIN of your token, newest first, with the departure, and the rule in the language that you accept. Nothing
    follows until an officer confirms."""
    found = await cases.own(request.app.state.engine, cursor, limit, caller)
    speech = Speech.of(request)
    spoken = [each.model_copy(update={"check": each.check and speech.explained(each.check)}) for each in found.findings]
    return LeavingFindings(findings=spoken, next=found.next)


@own_router.post("/{id:uuid}:contest", summary="Contest that I left")
async def contest_own(body: Objection, asked: Annotated[StepRequest, step_by("citizen", scope=OWN)]) -> LeavingFinding:
    """Say why; an officer answers. Anybody else's answers 404."""
    return await cases.contest(asked, body)


@run_router.post("", summary="Find kandas who left for permanent residence abroad")
async def run(request: Request, caller: Annotated[Caller, requires("operator", scope=RUN)]) -> LeavingRun:
    """Done daily by itself; may be repeated at will."""
    return await cases.run(request.app.state.engine, caller)
