"""`/v1/host-notifications`: hosts' notices through all channels, their receipts, and their way from then on."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.portal.cases.stays import host_notification as cases
from services.portal.cases.stays.host_notification import NOTICES, CheckOut, NoticeChange, NoticePage
from services.portal.cases.stays.notice import Notice
from services.portal.cases.stays.notification_receipt import NoticeReceipt
from services.portal.cases.stays.stay_control import StayAnswer
from shared.db.records import FIRST, SubmitResult
from shared.events.wire import ReckonedDate
from shared.http.answers import etag, model_response
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

PATH = f"/v1/{NOTICES.path}"
TAG = "host notifications"

router = api_router(prefix=PATH, tags=[TAG])
records = record_routes(NOTICES, TAG, single=False)
Writer = Annotated[Caller, requires(*NOTICES.writers, scope=NOTICES.scope)]
Reader = Annotated[Caller, requires(*NOTICES.readers, scope=NOTICES.scope)]
Host = Annotated[Caller, requires("host", scope=NOTICES.scope)]
Acting = Annotated[StepRequest, step_by("host", "clerk", "notifier", scope=NOTICES.scope)]
Confirming = Annotated[StepRequest, step_by("host", "clerk", scope=NOTICES.scope)]


@router.post("", status_code=201, response_model=NoticeReceipt, summary="Hand in a notice on paper or from e-Qonaq")
async def submit(request: Request, notice: Notice, caller: Writer) -> Response:
    """A clerk enters what came to the office or by post, with the paper's number and its day; e-Qonaq checks in by its
    own credentials (role notifier, agency eqonaq). 201 with the receipt when it is new; 200 with the same receipt when
    it is there already; 409 when the channel's number holds another notice."""
    return receipt_response(*await cases.submit(request.app.state.engine, notice, caller))


def receipt_response(submitted: SubmitResult, receipt: NoticeReceipt) -> Response:
    """The receipt, with where the notice is held."""
    headers = {"ETag": etag(FIRST), "Location": f"{PATH}/{submitted.id}"}
    return model_response(receipt, 201 if submitted.outcome == "created" else 200, headers)


@router.get("", summary="A host's own notices")
async def list_own(request: Request, caller: Host, limit: Limit = 100, cursor: Cursor = None) -> NoticePage:
    """Newest first. The search is written to the access log of everyone whom it shows."""
    return await cases.of_host(request.app.state.engine, caller, cursor, limit)


@router.get("/{id:uuid}/receipt", summary="The receipt of a notice")
async def receipt(request: Request, id: UUID, caller: Reader) -> NoticeReceipt:
    """As it was given first. The reading is written to the access log."""
    return await cases.receipt(request.app.state.engine, id, caller)


@router.get(
    "/{id:uuid}/stay",
    summary="How long may my guest stay?",
    responses={
        404: problem_answer("No such notice of yours, or no crossing of the guest is on record"),
        409: problem_answer("By the notice the foreigner does not stay with you"),
    },
)
async def guest_stay(request: Request, id: UUID, caller: Host, day: ReckonedDate | None = None) -> StayAnswer:
    """Of a guest who is with you by this notice, today or on a day. The guest sees in the access log that you asked."""
    return await cases.guest_stay(request.app.state.engine, id, day, caller)


@router.post("/{id:uuid}:check-out", summary="Report that the foreigner left")
async def check_out(body: CheckOut, asked: Acting) -> RecordState[Notice]:
    """The stay ends on that day."""
    return await cases.check_out(asked, body)


@router.post("/{id:uuid}:cancel", summary="Cancel a notice")
async def cancel(body: NoticeChange, asked: Acting) -> RecordState[Notice]:
    """There was no such stay; it no longer counts, and can be reinstated."""
    return await cases.cancel(asked, body)


@router.post("/{id:uuid}:reinstate", summary="Reinstate a cancelled notice")
async def reinstate(body: NoticeChange, asked: Acting) -> RecordState[Notice]:
    """It counts again as it did before; its receipt stays what it was."""
    return await cases.reinstate(asked, body)


@router.post("/{id:uuid}:confirm", summary="Confirm a foreigner's own registration")
async def confirm(body: NoticeChange, asked: Confirming) -> RecordState[Notice]:
    """The host says: the foreigner stays here. From then on it is a notice like any other."""
    return await cases.confirm(asked, body)


@router.post("/{id:uuid}:refuse", summary="Refuse a foreigner's own registration")
async def refuse(body: NoticeChange, asked: Confirming) -> RecordState[Notice]:
    """The host says: the foreigner does not stay here."""
    return await cases.refuse(asked, body)
