"""How far the figures are."""

from fastapi import Request

from services.accounting.cases.reconciliation import status as case
from services.accounting.cases.reconciliation.status import AccountingStatus
from shared.http.routes import router as api_router
from shared.identity.callers import public

router = api_router(tags=["operations"])


@router.get("/v1/status", dependencies=[public()], summary="How far the figures are")
async def status(request: Request) -> AccountingStatus:
    """Asks every source where it ends now: wait for `settled` to read figures that include what was written before."""
    return await case.status(request.app.state.engine, request.app.state.sources)
