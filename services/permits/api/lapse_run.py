"""`/v1/quota-lapse-runs`: gives back the places of who did not pay. Done daily by itself; may be repeated at will."""

from typing import Annotated

from fastapi import Request

from services.permits.cases import lapse_run as cases
from services.permits.cases.lapse_run import LapseRun
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

RUN = no_record("the clock ends them; the answer is a count")

router = api_router(prefix="/v1/quota-lapse-runs", tags=["operations"])


@router.post("", summary="End every application whose fee was not paid in its term")
async def run(
    request: Request, caller: Annotated[Caller, requires("permits-officer", "operator", scope=RUN)]
) -> LapseRun:
    """A second run finds nothing more to do. Deciding an application does the same first."""
    return await cases.lapse(request.app.state.engine, caller)
