"""`/v1/kandas-applications`: lodged, completed, heard, decided, taken back; the family is one case."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.kandas.api.answers import Case, CaseDecision, Lodged
from services.kandas.cases import kandas_application as cases
from services.kandas.cases import status_decision
from services.kandas.cases.kandas_application import Lodgement, ReceivedPaper
from services.kandas.cases.status_decision import Finding
from shared.db.records import FIRST
from shared.events.wire import Date, Text
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires

PATH = "/v1/kandas-applications"

router = api_router(prefix=PATH, tags=["kandas applications"])
Lodger = Annotated[Caller, requires("kandas-officer", "consul")]
Officer = Annotated[Caller, requires("kandas-officer")]


class Documents(BaseModel):
    """Documents that came in after the application."""

    documents: Annotated[list[ReceivedPaper], Field(max_length=500)]


class Findings(BaseModel):
    """What the officer found about each member who waits for a decision."""

    findings: Annotated[list[Finding], Field(max_length=50)]


class HearingHeld(BaseModel):
    """The day of the hearing."""

    held_on: Date


class TakeBack(BaseModel):
    """Why the application is taken back."""

    reason: Text


@router.post("", status_code=201, response_model=Lodged, summary="Lodge a family's application")
async def lodge(request: Request, lodgement: Lodgement, caller: Lodger) -> Response:
    """201 when it is new; 200 with the same body when the same application is there already; 409 when one of its
    numbers holds other content. A mission may lodge only what names the mission."""
    lodged = await cases.lodge(request.app.state.engine, lodgement, caller)
    members = [
        {"source_id": member.source_id, "status_id": str(taken.id)}
        for member, taken in zip(lodgement.members, lodged.members, strict=True)
    ]
    body = {"id": str(lodged.application.id), "source_id": lodgement.source_id, "members": members}
    headers = {"ETag": etag(FIRST), "Location": f"{PATH}/{lodged.application.id}"}
    return json_response(body, 201 if lodged.application.outcome == "created" else 200, headers)


@router.get("/{id}", response_model=Case, summary="A case as it stands")
async def read(request: Request, id: UUID, caller: Lodger) -> Response:
    """Its stage, what is missing, the running deadline, its members. The reading is written to the access log."""
    return _versioned(await cases.read(request.app.state.engine, id, caller))


@router.post("/{id}/documents", response_model=Case, summary="Enter documents received later")
async def add_documents(
    request: Request, id: UUID, body: Documents, version: ExpectedVersion, key: RequiredKey, caller: Lodger
) -> Response:
    """The last missing document starts the clock of the decision."""
    answer = await cases.add_documents(
        request.app.state.engine, id, body.documents, version=version, caller=caller, key=key
    )
    return _versioned(answer)


@router.post("/{id}/decision", response_model=CaseDecision, summary="Decide on every member who waits")
async def decide(
    request: Request, id: UUID, body: Findings, version: ExpectedVersion, key: RequiredKey, caller: Officer
) -> Response:
    """Today, by the rules in force today. The answer lists for every member the outcome (granted, preliminary_refusal,
    refused) and every check with its rule, version, finding and, where it failed, what would make it pass."""
    answer = await status_decision.decide(
        request.app.state.engine, id, body.findings, version=version, caller=caller, key=key
    )
    return _versioned(answer)


@router.post("/{id}/hearing", response_model=Case, summary="Enter that the hearing was held")
async def record_hearing(
    request: Request, id: UUID, body: HearingHeld, version: ExpectedVersion, key: RequiredKey, caller: Officer
) -> Response:
    """After it (or after its last day) the case can be decided for good."""
    answer = await status_decision.record_hearing(
        request.app.state.engine, id, body.held_on, version=version, caller=caller, key=key
    )
    return _versioned(answer)


@router.post("/{id}:withdraw", response_model=Case, summary="Take an application back")
async def take_back(
    request: Request, id: UUID, body: TakeBack, version: ExpectedVersion, key: RequiredKey, caller: Lodger
) -> Response:
    """Before any decision; the records of its members no longer count."""
    answer = await cases.take_back(
        request.app.state.engine, id, version=version, reason=body.reason, caller=caller, key=key
    )
    return _versioned(answer)


def _versioned(answer: dict[str, Any]) -> Response:
    return json_response(answer, headers={"ETag": etag(answer["version"])})
