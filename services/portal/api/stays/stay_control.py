"""`/v1/stay-control:check`: by what right somebody stays on a day, and for how long. `/v1/overstay-runs`: the daily run
that records who stays without right; done by itself, may be repeated at will."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from services.portal.cases.stays import overstay_run
from services.portal.cases.stays import stay_control as cases
from services.portal.cases.stays.stay_control import StayAnswer, StayQuestion
from shared import clock
from shared.events.wire import PAST, Date, ReckonedDate
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records import plausibility

router = api_router(prefix="/v1/stay-control", tags=["stay control"])
runs = api_router(prefix="/v1/overstay-runs", tags=["operations"])


class RunOrder(BaseModel):
    """Which day to examine: none that is still to come, since what the run finds has happened."""

    day: Annotated[ReckonedDate, PAST] | None = Field(None, description="today, if not given")


class OverstayRun(BaseModel):
    """How many overstays the run has recorded, and how many of earlier runs it has withdrawn."""

    day: Date
    recorded: int
    withdrawn: int


@router.post(
    ":check",
    summary="How long may this person stay?",
    responses={404: problem_answer("No crossing of this person is on record, and no citizenship was given")},
)
async def check(
    request: Request, body: StayQuestion, caller: Annotated[Caller, requires("border", "migration-police")]
) -> StayAnswer:
    """The days of entry and exit are both days of stay. Permits to work count as far as the permits register
    has told of them. The question is written to the access log."""
    return await cases.check(request.app.state.engine, body, caller)


@runs.post("", summary="Record everybody who stays without right")
async def run(
    request: Request, caller: Annotated[Caller, requires("operator", "system")], body: RunOrder | None = None
) -> OverstayRun:
    """A run that was broken off is repeated; a repeat finds what is left, and nothing twice."""
    if body:
        plausibility.expect(body)
    day = (body.day if body else None) or clock.today()
    found = await overstay_run.run(request.app.state.engine, day, caller)
    return OverstayRun(day=day, recorded=found.recorded, withdrawn=found.withdrawn)
