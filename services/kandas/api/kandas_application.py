"""`/v1/kandas-applications`: lodged, completed, heard, decided, taken back; the family is one case."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.kandas.cases import kandas_application as cases
from services.kandas.cases import pilot_procedure, status_decision
from services.kandas.cases.answers import Case, CaseDecision, Lodged
from services.kandas.cases.case_file import StepTaken
from services.kandas.cases.family_case import CASES
from services.kandas.cases.kandas_application import Documents, Lodgement, ReturnedPaper, TakeBack
from services.kandas.cases.status_decision import Findings, HearingHeld
from shared.db.records import FIRST
from shared.http.answers import etag, model_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

PATH = "/v1/kandas-applications"

router = api_router(prefix=PATH, tags=["kandas applications"])
Lodger = Annotated[Caller, requires("kandas-officer", "consul", scope=CASES)]
LodgersStep = Annotated[StepRequest, step_by("kandas-officer", "consul", scope=CASES)]
OfficersStep = Annotated[StepRequest, step_by("kandas-officer", scope=CASES)]


@router.post("", status_code=201, response_model=Lodged, summary="Lodge a family's application")
async def lodge(request: Request, lodgement: Lodgement, caller: Lodger) -> Response:
    """201 when it is new; 200 with the same body when the same application is there already; 409 when one of its
    numbers holds other content. A mission may lodge only what names the mission."""
    lodged, outcome = await cases.lodge(request.app.state.engine, lodgement, caller)
    headers = {"ETag": etag(FIRST), "Location": f"{PATH}/{lodged.id}"}
    return model_response(lodged, 201 if outcome == "created" else 200, headers)


@router.get("/{id:uuid}", summary="A case as it stands")
async def read(request: Request, id: UUID, caller: Lodger) -> Case:
    """Its stage, what is missing, the running deadline, its members. The reading is written to the access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}/documents", summary="Enter documents received later")
async def add_documents(body: Documents, asked: LodgersStep) -> Case:
    """The last missing document starts the clock of the decision."""
    return await cases.add_documents(asked, body)


@router.post("/{id:uuid}/documents:return", summary="Give a document back")
async def return_document(body: ReturnedPaper, asked: OfficersStep) -> Case:
    """Today, with the reason. The clock of the decision stands still until the document is there again, and goes on
    with what is left of the term."""
    return await cases.return_document(asked, body)


@router.post("/{id:uuid}/steps", summary="Enter a step of the pilot procedure")
async def record_step(body: StepTaken, asked: OfficersStep) -> Case:
    """Language test, questionnaire or interview, with the result that the officer who held it found. A step may be
    taken again until the decision: the last result counts."""
    return await pilot_procedure.record_step(asked, body)


@router.post("/{id:uuid}/decision", summary="Decide on every member who waits")
async def decide(body: Findings, asked: OfficersStep) -> CaseDecision:
    """Today, by the rules in force today. The answer lists for every member the outcome (granted, preliminary_refusal,
    refused) and every check with its rule, version, finding and, where it failed, what would make it pass."""
    return await status_decision.decide(asked, body)


@router.post("/{id:uuid}/hearing", summary="Enter that the hearing was held")
async def record_hearing(body: HearingHeld, asked: OfficersStep) -> Case:
    """After it (or after its last day) the case can be decided for good."""
    return await status_decision.record_hearing(asked, body)


@router.post("/{id:uuid}:withdraw", summary="Take an application back")
async def take_back(body: TakeBack, asked: LodgersStep) -> Case:
    """Before any decision; the records of its members no longer count."""
    return await cases.take_back(asked, body)
