"""`/v1/centres`: centres of temporary placement and of adaptation, and the orders of their places."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.kandas.cases import centre as cases
from services.kandas.cases.centre import CENTRES, CentreOccupancy
from shared.events.centres import Centre, CentreOrder
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(CENTRES, "centres")


@router.post("/{id:uuid}:order", summary="Order the places of a centre from a day on")
async def order(
    ordered: CentreOrder, asked: Annotated[StepRequest, step_by(*CENTRES.writers, scope=CENTRES.scope)]
) -> RecordState[Centre]:
    """It holds until the day before the next order; 0 places close the centre."""
    return await cases.order(asked, ordered)


@router.get("/{id:uuid}/occupancy", summary="Who is housed in a centre on a day, and what is left from then on")
async def occupancy(
    request: Request,
    id: UUID,
    caller: Annotated[Caller, requires(*CENTRES.readers, scope=CENTRES.scope)],
    on: Annotated[date | None, Query(description="a day; without it, today")] = None,
) -> CentreOccupancy:
    """`days` are told in spans, from that day on for good; `left` never falls below 0. The reading is written to the
    access log, which the persons can see."""
    return await cases.occupancy(request.app.state.engine, id, on, caller)
