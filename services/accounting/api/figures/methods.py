"""`/v1/method-versions`: by which versions of the method figures were counted."""

from fastapi import Request

from services.accounting.cases.releases import methods
from services.accounting.cases.releases.methods import MethodVersionNote
from shared.http.routes import router as api_router
from shared.identity.callers import public

router = api_router(tags=["figures"])


@router.get(
    "/v1/method-versions", summary="The versions of the method, and how two of them compare", dependencies=[public()]
)
async def method_versions(request: Request) -> list[MethodVersionNote]:
    """When a version takes the place of another, the years that both cover are counted by both."""
    return await methods.method_versions(request.app.state.read_figures)
