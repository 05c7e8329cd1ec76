"""`/v1/method-versions`: by which versions of the method figures were counted."""

from typing import Annotated

from fastapi import Request

from services.accounting.cases.releases import methods
from services.accounting.cases.releases.methods import MethodVersionNote
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

router = api_router(tags=["figures"])


@router.get("/v1/method-versions", summary="The versions of the method, and how two of them compare")
async def method_versions(request: Request, caller: Annotated[Caller | None, public()]) -> list[MethodVersionNote]:
    """When a version takes the place of another, the years that both cover are counted by both: with the role
    statistician as they were counted, else as they were released by each."""
    exact = caller is not None and "statistician" in caller.roles
    return await methods.method_versions(request.app.state.read_figures, exact=exact)
