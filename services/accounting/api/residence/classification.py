"""`/v1/classifications`: the result of the method, crossing by crossing."""

from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.accounting.api.statistician import Statistician
from services.accounting.cases.residence import classification as case
from services.accounting.rules.residence.outcome import resolved_verdict, verdict
from shared.events.wire import Date
from shared.http.routes import Lines
from shared.http.routes import router as make_router

METHOD = "the 12/16-month rule; R: an unknown first status is resolved where both possible ones agree"
SAYS = {"M1216": verdict, "M1216R": resolved_verdict}


class ClassifiedCrossing(BaseModel):
    """A crossing, and whether its person was a resident before and after it: 1, 0, or null for not yet known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_id": "B-000001",
                    "person": "00c1a2b3d4e5f607",
                    "before": 0,
                    "after": 1,
                    "migration": True,
                    "imputed": False,
                    "overturned": None,
                }
            ]
        }
    )

    source_id: str
    person: str
    before: int | None
    after: int | None
    migration: bool | None
    imputed: bool
    overturned: str | None = Field(
        None, description="why a final verdict of M1216 on it did not stand, the newest time"
    )


router = make_router(tags=["persons"])


@router.get(
    "/v1/classifications",
    summary="Every border crossing with what the method says of it",
    response_class=Lines,
    responses={200: {"model": ClassifiedCrossing}},
)
async def classifications(
    request: Request,
    caller: Statistician,
    method: Annotated[Literal["M1216", "M1216R"], Query(description=METHOD)],
    obs_end: Annotated[Date | None, Query(description="an earlier vintage: first day not yet covered then")] = None,
) -> Lines:
    """One line per crossing in effect: `before` and `after` are 1 resident, 0 not, null not yet known; `imputed` tells
    that the opposite crossing just before this one is missing; `person` is a pseudonym. Crossings on or after `obs_end`
    are not yet known."""
    engine = request.app.state.review
    vintage = await case.vintage(request.app.state.engine, obs_end)
    await case.note(engine, caller)
    return Lines(case.classifications(engine, vintage, SAYS[method]))
