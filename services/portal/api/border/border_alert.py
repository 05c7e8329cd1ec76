"""`/v1/border-alerts`: crossings that met a ban on entry or a document that must not pass; read only."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from services.portal.cases.border import border_alert as cases
from services.portal.cases.border.border_alert import ALERTS
from shared.errors import Invalid
from shared.events.border_control import BorderAlert
from shared.http.answers import json_response
from shared.http.paging import Cursor, Limit, after, cursor_at
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.routes import reading_routes
from shared.records.state import RecordState, as_json

listing = api_router(prefix=f"/v1/{ALERTS.path}", tags=["border alerts"])
router = reading_routes(ALERTS, "border alerts")


class AlertPage(BaseModel):
    """Alerts, newest first."""

    alerts: list[RecordState[BorderAlert]]
    next: str | None


@listing.get("", response_model=AlertPage, summary="The newest alerts")
async def newest(
    request: Request,
    caller: Annotated[Caller, requires("border", "migration-police")],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Withdrawn ones included. Everyone whom the page shows is written to the access log."""
    rows, more = await cases.newest(request.app.state.engine, _before(cursor), limit, caller)
    following = cursor_at(rows[-1].id.hex) if more else None
    return json_response({"alerts": [as_json(row) for row in rows], "next": following})


def _before(cursor: str | None) -> UUID | None:
    (id,) = after(cursor, str) or (None,)
    try:
        return None if id is None else UUID(id)
    except ValueError:
        raise Invalid("The cursor is none that was given out here.", name="invalid-cursor") from None
