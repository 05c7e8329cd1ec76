"""`/v1/kandas-statuses`: members' statuses; taken over from elsewhere, corrected, withdrawn, ended, with history."""

from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.kandas.api.answers import MemberDecision
from services.kandas.cases import kandas_status as cases
from services.kandas.cases.kandas_status import STATUSES, End
from shared.events.kandas import KandasStatus
from shared.events.wire import Date
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState

router = record_routes(STATUSES, "kandas statuses")
Officer = Annotated[Caller, requires("kandas-officer")]


class EndOfStatus(BaseModel):
    """Why and when a status ends; expiry is found by its own run."""

    ended_on: Date = Field(description="first day on which the status no longer holds")
    reason: Literal["citizenship", "withdrawal", "leaving"]


@router.post("/{id}:end", response_model=RecordState[KandasStatus], summary="End a status")
async def end(
    request: Request, id: UUID, body: EndOfStatus, version: ExpectedVersion, key: RequiredKey, caller: Officer
) -> Response:
    """By citizenship, by withdrawal, or because the person left the country."""
    answer = await cases.end(
        request.app.state.engine,
        id,
        End(body.ended_on, body.reason),
        version=version,
        caller=caller,
        key=key,
    )
    return json_response(answer, headers={"ETag": etag(answer["version"])})


@router.get(
    "/{id}/decisions", response_model=list[MemberDecision], summary="Every decision on a status, with all its checks"
)
async def decisions(request: Request, id: UUID, caller: Officer) -> Response:
    """Oldest first; empty for a status that was taken over from elsewhere. The reading is written to the access log."""
    found = await cases.decisions(request.app.state.engine, id, caller)
    return json_response([orjson.Fragment(decision.body) for decision in found])
