"""`/v1/border-alerts`: crossings that met a ban on entry or a document that must not pass; read only."""

from typing import Annotated

from fastapi import Request

from services.portal.cases.border import border_alert as cases
from services.portal.cases.border.border_alert import ALERTS, AlertPage
from shared.http.paging import Cursor, Limit
from shared.identity.callers import Caller, requires
from shared.records.routes import reading_routes

router = reading_routes(ALERTS, "border alerts")


@router.get("", summary="The newest alerts")
async def newest(
    request: Request,
    caller: Annotated[Caller, requires("border", "migration-police", scope=ALERTS.scope)],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AlertPage:
    """Withdrawn ones included. Everyone whom the page shows is written to the access log."""
    return await cases.newest(request.app.state.engine, cursor, limit, caller)
