"""Evidence and estimates in words."""

from typing import Annotated, Literal

from fastapi import Path, Query, Request

from services.accounting.api.statistician import Statistician
from services.accounting.publish.estimates import pages
from services.accounting.publish.estimates.pages import EstimateExplained, EstimateNote, EvidenceNote
from services.accounting.publish.languages import STATE_LANGUAGE
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import public

router = api_router(tags=["figures"])

Id = Annotated[
    str,
    Path(
        pattern=r"^[A-Z]{1,20}\.([A-Z]{3}|_T)\.[0-9]{4}$",
        description="concept, country and year",
        examples=["WORKING.KOR.2023"],
    ),
]
Said = Annotated[Literal["kk", "ru", "en"], Query(description="language")]


@router.get("/v1/evidence", summary="What each kind of evidence is, and what it misses", dependencies=[public()])
async def evidence(lang: Said = STATE_LANGUAGE) -> list[EvidenceNote]:
    """The indicators of DF_EMIGRATION and DF_EVIDENCE: definition, coverage and known failings."""
    return pages.kinds(lang)


@router.get("/v1/estimates", summary="The estimates of whom our registers miss")
async def estimates(request: Request, _: Statistician) -> list[EstimateNote]:
    """Each has its page: `/v1/estimates/{id}/explained`."""
    return await pages.listed(request.app.state.read_figures)


@router.get(
    "/v1/estimates/{id}/explained",
    summary="How an estimate was made and how sure it is, in words",
    responses={404: problem_answer("There is no such estimate")},
)
async def explained(request: Request, _: Statistician, id: Id, lang: Said = STATE_LANGUAGE) -> EstimateExplained:
    """Which registers, what each misses, how the number was made, how sure it is, what would make it surer."""
    return await pages.page_of(request.app.state.read_figures, id, lang)
