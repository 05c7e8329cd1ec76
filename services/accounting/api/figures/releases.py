"""The vintages of the figures, what moved between them, and by which method they are counted."""

from typing import Annotated

from fastapi import Path, Query, Request

from services.accounting.cases.releases import differences as differing
from services.accounting.cases.releases import methods
from services.accounting.cases.releases import vintages as case
from services.accounting.cases.releases.differences import Differences
from services.accounting.cases.releases.methods import MethodVersionNote
from services.accounting.cases.releases.vintages import ReleaseNote, ReleaseSums
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

router = api_router(tags=["figures"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="of a release")]
Earlier = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="an earlier release; else the one before")]


@router.get("/v1/releases", summary="The releases, newest first", dependencies=[public()])
async def releases(request: Request) -> list[ReleaseNote]:
    """What everybody reads is the newest of them; at most 120 are listed."""
    return await case.vintages(request.app.state.read_figures)


@router.get(
    "/v1/releases/{id}",
    summary="A release, and whether its tables add up",
    dependencies=[public()],
    responses={404: problem_answer("There is no such release")},
)
async def release_sums(request: Request, id: Number) -> ReleaseSums:
    """A year is the sum of its quarters, a net flow is arrivals less departures: every such sum in the release was
    checked when it was cut. Those that do not hold are named with the reason; all others do."""
    return await case.sums(request.app.state.read_figures, id)


@router.get(
    "/v1/releases/{id}/differences",
    summary="What moved between two releases, and by which cause",
    responses={404: problem_answer("There is no such release"), 422: problem_answer("since is no earlier release")},
)
async def differences(
    request: Request, caller: Annotated[Caller | None, public()], id: Number, since: Earlier = None
) -> Differences:
    """Figures that both releases have and that differ, or in which causes outweigh each other. The causes of a figure
    add up to its difference. Without the role statistician only figures that both releases show, and causes only by
    the methods of which no small count is withheld."""
    exact = caller is not None and "statistician" in caller.roles
    return await differing.differences(request.app.state.read_figures, id, since, exact=exact)


@router.get(
    "/v1/method-versions", summary="The versions of the method, and how two of them compare", dependencies=[public()]
)
async def method_versions(request: Request) -> list[MethodVersionNote]:
    """When a version takes the place of another, the years that both cover are counted by both."""
    return await methods.method_versions(request.app.state.read_figures)
