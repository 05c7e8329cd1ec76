"""How far the figures are."""

from typing import Annotated

from fastapi import Request

from services.accounting.cases.reconciliation import status as case
from services.accounting.cases.reconciliation.status import AccountingStatus
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public

router = api_router(tags=["operations"])

ENTITLED = frozenset({"statistician", "operator", "system"})


@router.get("/v1/status", summary="How far the figures are")
async def status(request: Request, caller: Annotated[Caller | None, public()]) -> AccountingStatus:
    """Asks every source where it ends now: wait for `settled` to read figures that include what was written before.

    Where writing never ends, nothing is ever settled: note the position that the register's feed shows for your event,
    or its newest one, and wait until the source's `counted_through` has reached it. Counts, positions and times are for
    the roles statistician, operator and system; to everybody else they are null.
    """
    found = await case.status(request.app.state.engine, request.app.state.sources)
    return found if caller and not ENTITLED.isdisjoint(caller.roles) else case.for_everybody(found)
