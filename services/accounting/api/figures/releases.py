"""The vintages of the figures."""

from fastapi import Request

from services.accounting.cases.releases import vintages as case
from services.accounting.cases.releases.vintages import ReleaseNote
from shared.http.routes import router as api_router
from shared.identity.callers import public

router = api_router(tags=["figures"])


@router.get("/v1/releases", summary="The releases, newest first", dependencies=[public()])
async def releases(request: Request) -> list[ReleaseNote]:
    """What everybody reads is the newest of them; at most 120 are listed."""
    return await case.vintages(request.app.state.read_figures)
