"""The vintages of the figures, what moved between them, and by which method they are counted."""

from typing import Annotated

from fastapi import Path, Query, Request

from services.accounting.api.figures.cacheable import KEPT_OR_NOT
from services.accounting.cases.releases import differences as differing
from services.accounting.cases.releases import vintages as case
from services.accounting.cases.releases.differences import Differences
from services.accounting.cases.releases.vintages import ReleaseNote, ReleaseSums
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

router = api_router(tags=["figures"])

Anyone = Annotated[Caller | None, public()]
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="of a release")]
Earlier = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="an earlier release; else the one before")]


@router.get("/v1/releases", summary="The releases, newest first", dependencies=[public()], responses={**KEPT_OR_NOT})
async def releases(request: Request) -> list[ReleaseNote]:
    """What everybody reads is the newest of them; at most 120 are listed."""
    return await case.vintages(request.app.state.read_figures)


@router.get(
    "/v1/releases/{id}",
    summary="A release, and whether its tables add up",
    responses={404: problem_answer("There is no such release"), **KEPT_OR_NOT},
)
async def release_sums(request: Request, caller: Anyone, id: Number) -> ReleaseSums:
    """A year is the sum of its quarters, a net flow is arrivals less departures: every such sum was checked on what was
    counted when the release was cut. Those that do not hold are named with the reason (with the role statistician
    by how much); all others do. What everybody reads of it is not additive: `disclosure_control` says what was done."""
    return await case.sums(request.app.state.read_figures, id, exact=_is_exact(caller))


@router.get(
    "/v1/releases/{id}/differences",
    summary="What moved between two releases, and by which cause",
    responses={
        404: problem_answer("There is no such release"),
        422: problem_answer("since is no earlier release"),
        **KEPT_OR_NOT,
    },
)
async def differences(request: Request, caller: Anyone, id: Number, since: Earlier = None) -> Differences:
    """Figures of the whole country that both releases have and that differ. With the role statistician as they were
    counted, with the causes, which add up to the difference, and those in which causes outweigh each other; else as
    everybody reads them, after disclosure control."""
    return await differing.differences(request.app.state.read_figures, id, since, exact=_is_exact(caller))


def _is_exact(caller: Caller | None) -> bool:
    return caller is not None and "statistician" in caller.roles
