"""How good provisional figures are: published with them."""

from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request

from services.accounting.cases.estimates import quality
from services.accounting.cases.estimates.quality import ProvisionalQuality
from services.accounting.publish.estimates.words import broken
from services.accounting.publish.languages import STATE_LANGUAGE
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

Said = Annotated[Literal["kk", "ru", "en"], Query(description="language of the reasons")]

router = api_router(tags=["figures"])


@router.get("/v1/estimates/provisional", summary="Provisional figures: how they are learned, and how good they were")
async def provisional(
    request: Request, caller: Annotated[Caller | None, public()], lang: Said = STATE_LANGUAGE
) -> ProvisionalQuality:
    """IMM, EMI and NET by M1216R hold what is expected of crossings that are still open. At every month of the past the
    same estimate is made from what was frozen then, and held to what became of it: bias, revision and the coverage of
    the intervals. STD_ERROR of an estimate holds how far it may be from what it will be once all is final, and what
    crossings that were lost do to it (`years`); where a register breaks (`breaks`), how far that may move it, too, and
    then final figures carry one as well. Errors of one kind are shown apart from those of another."""
    exact = caller is not None and "statistician" in caller.roles
    said = partial(broken, language=lang)
    return await quality.provisional_quality(request.app.state.read_figures, said, exact=exact)
