"""`/v1/protection-statuses`: single and bulk intake, corrections, withdrawals, history; refugees' yearly reviews."""

from typing import Annotated

from fastapi import Query, Request

from services.portal.cases.police import protection_status as cases
from services.portal.cases.police.protection_status import PROTECTION, ReviewsDue
from shared import clock
from shared.events.wire import Date
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes

router = record_routes(PROTECTION, "protection statuses")


@router.get("/reviews-due", summary="Refugees whose yearly review is due")
async def reviews_due(
    request: Request,
    caller: Annotated[Caller, requires("migration-police", scope=PROTECTION.scope)],
    by: Annotated[Date | None, Query(description="today, if not given")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReviewsDue:
    """Longest overdue first. The search is written to the access log."""
    return await cases.reviews_due(request.app.state.engine, by or clock.today(), limit, caller)
