"""`/v1/protection-statuses`: single and bulk intake, corrections, withdrawals, history; refugees' yearly reviews."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.portal.cases.police import protection_status as cases
from services.portal.cases.police.protection_status import PROTECTION
from shared import clock
from shared.events.wire import Date
from shared.http.answers import json_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes

Police = Annotated[Caller, requires("migration-police")]

listing = api_router(prefix=f"/v1/{PROTECTION.path}", tags=["protection statuses"])  # before `/{id}`
router = record_routes(PROTECTION, "protection statuses")


class ReviewDue(BaseModel):
    """A refugee's record and the last day on which the status holds without another review."""

    id: UUID
    source_id: str
    version: int
    due: date


class ReviewsDue(BaseModel):
    """Which records must be reviewed by a day, and the rule that says so."""

    by: date
    rule: str
    rule_version: str
    due: list[ReviewDue]


@listing.get("/reviews-due", response_model=ReviewsDue, summary="Refugees whose yearly review is due")
async def reviews_due(
    request: Request,
    caller: Police,
    by: Annotated[Date | None, Query(description="today, if not given")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Longest overdue first. The search is written to the access log."""
    return json_response(await cases.reviews_due(request.app.state.engine, by or clock.today(), limit, caller))
