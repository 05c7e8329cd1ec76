"""`/v1/classifications`: the result of the method, crossing by crossing."""

from typing import Annotated, Literal

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from services.accounting.cases.residence import classification as case
from shared.events.wire import Date
from shared.http.routes import router as make_router
from shared.identity.callers import Caller, requires

Statistician = Annotated[Caller, requires("statistician")]

NDJSON = "application/x-ndjson"
EXAMPLE = '{"source_id":"B-000001","person":"00c1a2b3d4e5f607","before":0,"after":1,"migration":true,"imputed":false}\n'

router = make_router(tags=["persons"])


@router.get(
    "/v1/classifications",
    summary="Every border crossing with what the method says of it",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}, "example": EXAMPLE}}}},
)
async def classifications(
    request: Request,
    caller: Statistician,
    method: Annotated[Literal["M1216"], Query(description="the 12/16-month rule")],
    obs_end: Annotated[Date | None, Query(description="an earlier vintage: first day not yet covered then")] = None,
) -> StreamingResponse:
    """One line per crossing in effect: `before` and `after` are 1 resident, 0 not, null not yet known; `imputed` tells
    that the opposite crossing just before this one is missing; `person` is a pseudonym. Crossings on or after `obs_end`
    are not yet known."""
    engine = request.app.state.engine
    vintage = await case.vintage(engine, obs_end)
    await case.note(engine, caller)
    return StreamingResponse(case.classifications(engine, vintage), media_type=NDJSON)
