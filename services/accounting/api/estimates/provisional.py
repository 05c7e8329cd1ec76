"""How good provisional figures are: published with them."""

from typing import Annotated

from fastapi import Request

from services.accounting.cases.estimates import quality
from services.accounting.cases.estimates.quality import ProvisionalQuality
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

router = api_router(tags=["figures"])


@router.get("/v1/estimates/provisional", summary="Provisional figures: how they are learned, and how good they were")
async def provisional(request: Request, caller: Annotated[Caller | None, public()]) -> ProvisionalQuality:
    """IMM, EMI and NET by M1216R hold what is expected of crossings that are still open. At every month of the past the
    same estimate is made from what was frozen then, and held to what became of it: bias, revision and the coverage of
    the intervals. Their standard error says how far a figure may be from what it will be once all is final, and nothing
    of what the registers themselves miss."""
    exact = caller is not None and "statistician" in caller.roles
    return await quality.provisional_quality(request.app.state.read_figures, exact=exact)
