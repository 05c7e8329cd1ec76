"""`/v1/quota-inclusions/{id}/support-payback`: whether who left the region owes the support back, and why."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.kandas.cases import support_payback as cases
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.cases.support_payback import SupportPayback
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/quota-inclusions", tags=["quota inclusions"])


@router.get("/{id:uuid}/support-payback", summary="What is owed back of the support")
async def read(
    request: Request, id: UUID, caller: Annotated[Caller, requires("kandas-officer", scope=INCLUSIONS.scope)]
) -> SupportPayback:
    """A finding with its rule, for an officer: nothing follows from it by itself. The reading is written to the access
    log."""
    return await cases.read(request.app.state.engine, id, caller)
