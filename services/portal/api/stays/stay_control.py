"""`/v1/stay-control:check`: by what right somebody stays on a day, and for how long. `/v1/overstay-runs`: the daily run
that records who stays without right; done by itself, may be repeated at will."""

from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.portal.cases.stays import overstay_run
from services.portal.cases.stays import stay_control as cases
from services.portal.cases.stays.stay_control import Sought
from services.portal.rules.stays.stay_control import Right
from shared import clock
from shared.events.contradictions import contradiction
from shared.events.wire import Country, Date, ReckonedDate
from shared.http.answers import json_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.kernel.documents import identity_key
from shared.records.people import PersonQuery

router = api_router(prefix="/v1/stay-control", tags=["stay control"])
runs = api_router(prefix="/v1/overstay-runs", tags=["operations"])


class StayQuestion(PersonQuery):
    """About whom and which day. `citizenship` is needed for whom no crossing is on record."""

    day: ReckonedDate | None = Field(None, description="today, if not given")
    citizenship: Country | None = None

    CONTRADICTIONS = (
        *PersonQuery.CONTRADICTIONS,
        contradiction(
            "stays are followed by IIN or document: give one of them",
            "iin",
            "document_number",
            found=lambda iin, document_number: not (iin or document_number),
        ),
    )

    @property
    def sought(self) -> Sought:
        number, state = self.document_number, self.issuing_state
        return Sought(identity_key(state, number) if state and number else None, self.iin, self.birth_date)


class StayCheck(BaseModel):
    """One rule as it was applied."""

    rule: str
    version: str
    basis: str
    outcome: Literal["passed", "failed", "not_applicable"]
    explanation: str
    remedy: str | None


class StayAnswer(BaseModel):
    """`lawful` is null where the rulebook does not reach back; `last_day` and `days_left` where no end is in sight."""

    day: Date
    present: bool = Field(description="false: answered as if entering on the day")
    right: Right
    lawful: bool | None
    days_used: int | None
    days_left: int | None
    last_day: Date | None = Field(description="last day on which the stay is, or was, lawful")
    since: Date | None = Field(description="first day without right")
    checks: list[StayCheck]
    rulebook: str


class RunOrder(BaseModel):
    """Which day to examine."""

    day: ReckonedDate | None = Field(None, description="today, if not given")


class OverstayRun(BaseModel):
    """How many overstays the run has recorded, and how many of earlier runs it has withdrawn."""

    day: Date
    recorded: int
    withdrawn: int


@router.post(":check", response_model=StayAnswer, summary="How long may this person stay?")
async def check(
    request: Request, body: StayQuestion, caller: Annotated[Caller, requires("border", "migration-police")]
) -> Response:
    """The days of entry and exit are both days of stay. Permits to work count as far as the permits register
    has told of them. The question is written to the access log."""
    answer = await cases.check(
        request.app.state.engine,
        body.sought,
        body.day or clock.today(),
        citizenship=body.citizenship,
        caller=caller,
    )
    return json_response(answer)


@runs.post("", summary="Record everybody who stays without right")
async def run(
    request: Request, caller: Annotated[Caller, requires("operator", "system")], body: RunOrder | None = None
) -> OverstayRun:
    """A run that was broken off is repeated; a repeat finds what is left, and nothing twice."""
    day = (body.day if body else None) or clock.today()
    found = await overstay_run.run(request.app.state.engine, day, caller)
    return OverstayRun(day=day, recorded=found.recorded, withdrawn=found.withdrawn)
