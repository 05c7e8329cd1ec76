"""`/v1/stay-control:check`, `/v1/me/stay`: by what right somebody stays on a day, and for how long.
`/v1/overstay-runs`: the daily run that records who stays without right; done by itself, may be repeated at will."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.portal.cases.stays import overstay_run
from services.portal.cases.stays import stay_control as cases
from services.portal.cases.stays.overstay_run import OverstayRun
from services.portal.cases.stays.stay_control import StayAnswer, StayQuestion
from shared import clock
from shared.events.wire import PAST, ReckonedDate
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record, whole_country
from shared.records import plausibility

ANYWHERE = whole_country("by what right somebody stays is asked wherever they are met")
RUN = no_record("the clock finds them; the answer is counts")

router = api_router(prefix="/v1/stay-control", tags=["stay control"])
own_router = api_router(prefix="/v1/me/stay", tags=["my stay"])
runs = api_router(prefix="/v1/overstay-runs", tags=["operations"])


class RunOrder(BaseModel):
    """Which day to examine: none that is still to come, since what the run finds has happened."""

    day: Annotated[ReckonedDate, PAST] | None = Field(None, description="today, if not given")


@router.post(
    ":check",
    summary="How long may this person stay?",
    responses={404: problem_answer("No crossing of this person is on record, and no citizenship was given")},
)
async def check(
    request: Request,
    body: StayQuestion,
    caller: Annotated[Caller, requires("border", "migration-police", scope=ANYWHERE)],
) -> StayAnswer:
    """The days of entry and exit are both days of stay. Permits to work count as far as the permits register
    has told of them. The question is written to the access log."""
    return await cases.check(request.app.state.engine, body, caller)


@own_router.get(
    "",
    summary="How long may I stay?",
    responses={404: problem_answer("No crossing of yours is on record")},
)
async def own(
    request: Request, caller: Annotated[Caller, requires("citizen", scope=ANYWHERE)], day: ReckonedDate | None = None
) -> StayAnswer:
    """By the IIN of your token, today or on a day. The reading is written to the access log."""
    return await cases.own(request.app.state.engine, day, caller)


@runs.post(
    "",
    status_code=202,
    response_model=OverstayRun,
    summary="Order a run over everybody who stays without right",
    responses={202: {"headers": {"Location": {"required": True, "schema": {"type": "string"}}}}},
)
async def order(
    request: Request, caller: Annotated[Caller, requires("operator", scope=RUN)], body: RunOrder | None = None
) -> Response:
    """The background does it, within a minute; look at the address in `Location` for how far it is. A run that was
    broken off is repeated; a repeat finds what is left, and nothing twice."""
    if body:
        plausibility.expect(body)
    ordered = await overstay_run.order(request.app.state.engine, (body.day if body else None) or clock.today())
    return model_response(ordered, 202, {"Location": f"/v1/overstay-runs/{ordered.id}"})


@runs.get("/{id:uuid}", summary="How far a run is")
async def read(request: Request, id: UUID, caller: Annotated[Caller, requires("operator", scope=RUN)]) -> OverstayRun:
    """Persons examined, findings recorded, findings of earlier runs withdrawn."""
    return await overstay_run.read(request.app.state.engine, id)
