"""`/v1/statistics-requests`: asked by the competent body, answered by the missions."""

from typing import Annotated

from fastapi import Query, Request

from services.consular.cases import statistics_request as cases
from services.consular.cases.statistics_request import REQUESTS, Decline, HostCountryAnswer, OverdueRequest
from shared.events.consular import StatisticsRequest
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

Reader = Annotated[Caller, requires(*REQUESTS.readers, scope=REQUESTS.scope)]
ConsulsStep = Annotated[StepRequest, step_by("consul", scope=REQUESTS.scope)]

router = record_routes(REQUESTS, "statistics requests")


@router.get("/overdue", summary="Requests whose day has passed without an answer")
async def overdue(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[OverdueRequest]:
    """The longest overdue first."""
    return await cases.overdue(request.app.state.engine, limit, caller)


@router.post("/{id:uuid}:answer", summary="Answer with the host country's figure")
async def answer(body: HostCountryAnswer, asked: ConsulsStep) -> RecordState[StatisticsRequest]:
    """The figure becomes a host-country figure of its own, under its own source_id, in the same transaction."""
    return await cases.answer(asked, body)


@router.post("/{id:uuid}:decline", summary="Say that the host country gives no figure")
async def decline(body: Decline, asked: ConsulsStep) -> RecordState[StatisticsRequest]:
    """With the reason that the host country gives."""
    return await cases.decline(asked, body)
