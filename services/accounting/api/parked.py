"""`/v1/parked-events`: what could not be understood, without its content, and taking it up again."""

from typing import Annotated

from fastapi import Query, Request

from services.accounting.cases import parked as case
from services.accounting.cases.parked import ParkedEvents, Resent
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import requires
from shared.identity.scope import no_record

Source = Annotated[str | None, Query(max_length=64, description="only what came from this register")]

EVENTS = no_record("what is parked is shown without its content")

router = api_router(tags=["operations"], prefix="/v1/parked-events", dependencies=[requires("operator", scope=EVENTS)])


@router.get("", summary="Events that were set aside")
async def parked(request: Request, source: Source = None, cursor: Cursor = None, limit: Limit = 100) -> ParkedEvents:
    """Oldest first. Their content is personal data and is not shown: the register has it under the same record."""
    return await case.parked(request.app.state.engine, source, cursor, limit)


@router.post(":resend", summary="Take parked events up again")
async def resend(request: Request, source: Source = None) -> Resent:
    """After their cause was mended. Sources whose reading was stopped are read on."""
    return await case.resend(request.app.state.engine, source)
