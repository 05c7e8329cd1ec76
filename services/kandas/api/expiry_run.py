"""`/v1/kandas-expiry-runs`: ends the statuses whose time is over. Done daily by itself; may be repeated at will."""

from typing import Annotated

from fastapi import Request

from services.kandas.cases import kandas_status
from services.kandas.cases.kandas_status import ExpiryRun
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

RUN = no_record("the clock ends them; the answer is a count")

router = api_router(prefix="/v1/kandas-expiry-runs", tags=["operations"])


@router.post("", summary="End every status whose last day is over")
async def run(request: Request, caller: Annotated[Caller, requires("operator", scope=RUN)]) -> ExpiryRun:
    """A second run on the same day finds nothing more to do."""
    return await kandas_status.expire(request.app.state.engine, caller)
