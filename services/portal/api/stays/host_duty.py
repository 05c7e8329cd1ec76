"""`/v1/host-duties`: what hosts still have to report, for reminding them."""

from typing import Annotated

from fastapi import Request

from services.portal.cases.stays import host_duty as cases
from services.portal.cases.stays.host_duty import Duties, DutySearch
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/host-duties", tags=["host duties"])
Reader = Annotated[Caller, requires("migration-police", "clerk", "host", scope=cases.DUTIES)]


@router.post(":search", summary="List the duties due and overdue")
async def search(
    request: Request, asked: DutySearch, caller: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Duties:
    """The longest overdue first. A host sees its own. The search and everyone whom it found are written to the access
    log, which the persons can see."""
    return await cases.search(request.app.state.engine, asked, cursor, limit, caller)
