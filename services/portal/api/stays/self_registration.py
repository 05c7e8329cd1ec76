"""`/v1/self-registrations`: foreigners free of visa register themselves (order 923)."""

from typing import Annotated

from fastapi import Request, Response

from services.portal.api.stays.host_notification import receipt_response
from services.portal.cases.stays import self_registration as cases
from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.stays.notice import Notice
from services.portal.cases.stays.notification_receipt import NoticeReceipt
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/self-registrations", tags=["host notifications"])


@router.post("", status_code=201, response_model=NoticeReceipt, summary="Register oneself at a host's address")
async def register(
    request: Request,
    notice: Notice,
    caller: Annotated[Caller, requires("citizen", "notifier", "clerk", scope=NOTICES.scope)],
) -> Response:
    """By the person, known by IIN, or for the person by the system or clerk who checked the passport. It waits for the
    host's answer (`/v1/host-notifications/{id}:confirm`); the receipt says whether it is in time. 422 with the problem
    self-registration-not-in-force while the norm is switched off."""
    return receipt_response(*await cases.register(request.app.state.engine, notice, caller))
