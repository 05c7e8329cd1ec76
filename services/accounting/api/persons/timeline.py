"""`/v1/persons/{id}/timeline`: one person's way through all registers."""

from typing import Annotated

from fastapi import Path, Request

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import timeline as case
from services.accounting.cases.persons.timeline import Timeline
from shared.http.routes import router as api_router

Pseudonym = Annotated[str, Path(pattern="^[0-7][0-9a-f]{15}$", examples=["00c1a2b3d4e5f607"])]

router = api_router(tags=["persons"])


@router.get("/v1/persons/{id}/timeline", summary="One person's way through all registers")
async def timeline(request: Request, id: Pseudonym, caller: Statistician) -> Timeline:
    """By the pseudonym of `/v1/classifications`; a former one leads to the person as well. The access is logged."""
    seen = await case.counted_for(request.app.state.engine)
    return await case.timeline(request.app.state.review, seen, id, caller)
