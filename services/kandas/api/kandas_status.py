"""`/v1/kandas-statuses`: members' statuses; taken over from elsewhere, corrected, withdrawn, ended, with history."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.kandas.cases import kandas_status as cases
from services.kandas.cases.answers import MemberDecision
from services.kandas.cases.kandas_status import STATUSES, EndOfStatus
from shared.events.kandas import KandasStatus
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(STATUSES, "kandas statuses")


@router.post("/{id:uuid}:end", summary="End a status")
async def end(
    body: EndOfStatus, asked: Annotated[StepRequest, step_by("kandas-officer", scope=STATUSES.scope)]
) -> RecordState[KandasStatus]:
    """By citizenship, by withdrawal, or because the person left the country."""
    return await cases.end(asked, body)


@router.get("/{id:uuid}/decisions", summary="Every decision on a status, with all its checks")
async def decisions(
    request: Request, id: UUID, caller: Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)]
) -> list[MemberDecision]:
    """Oldest first; empty for a status that was taken over from elsewhere. The reading is written to the access log."""
    return await cases.decisions(request.app.state.engine, id, caller)
