"""`/v1/host-notifications`: hosts' notices through all channels, their receipts, and their way from then on."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from services.portal.api.stays.notification_receipt import Receipt
from services.portal.cases.stays import host_notification as cases
from services.portal.cases.stays.host_notification import NOTICES, Step
from services.portal.cases.stays.notice import Notice
from shared.db.records import FIRST, SubmitResult
from shared.events.wire import Date, Text
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.paging import Cursor, Limit, after, cursor_at
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState, as_json

PATH = f"/v1/{NOTICES.path}"
TAG = "host notifications"

router = api_router(prefix=PATH, tags=[TAG])
records = record_routes(NOTICES, TAG, single=False)
Writer = Annotated[Caller, requires(*NOTICES.writers)]
Reader = Annotated[Caller, requires(*NOTICES.readers)]
Host = Annotated[Caller, requires("host")]
Actor = Annotated[Caller, requires("host", "clerk", "notifier")]
Confirmer = Annotated[Caller, requires("host", "clerk")]


class CheckOut(BaseModel):
    """The last day of the stay."""

    on: Date


class Reason(BaseModel):
    """Why the notice changes."""

    reason: Text


class Listed(BaseModel):
    """A page of a host's own notices; `next` is the cursor of the page after it."""

    notices: list[RecordState[Notice]]
    next: str | None


@router.post("", status_code=201, response_model=Receipt, summary="Hand in a notice on paper or from e-Qonaq")
async def take(request: Request, notice: Notice, caller: Writer) -> Response:
    """A clerk enters what came to the office or by post, with the paper's number and its day; e-Qonaq checks in by its
    own credentials (role notifier, agency eqonaq). 201 with the receipt when it is new; 200 with the same receipt when
    it is there already; 409 when the channel's number holds another notice."""
    taken, receipt = await cases.take(request.app.state.engine, notice, caller)
    return receipt_response(taken, receipt.body)


def receipt_response(taken: SubmitResult, receipt: str) -> Response:
    """The receipt, with where the notice is held."""
    headers = {"ETag": etag(FIRST), "Location": f"{PATH}/{taken.id}"}
    return json_response(orjson.Fragment(receipt), 201 if taken.outcome == "created" else 200, headers)


@router.get("", response_model=Listed, summary="A host's own notices")
async def list_own(request: Request, caller: Host, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Newest first. The search is written to the access log of everyone whom it shows."""
    position = after(cursor, str)
    before = UUID(position[0]) if position else None
    shown, more = await cases.of_host(request.app.state.engine, caller, before, limit)
    following = cursor_at(str(shown[-1].id)) if more else None
    return json_response({"notices": [as_json(record) for record in shown], "next": following})


@router.get("/{id}/receipt", response_model=Receipt, summary="The receipt of a notice")
async def receipt(request: Request, id: UUID, caller: Reader) -> Response:
    """As it was given first. The reading is written to the access log."""
    return json_response(orjson.Fragment((await cases.receipt(request.app.state.engine, id, caller)).body))


@router.post("/{id}:check-out", response_model=RecordState[Notice], summary="Report that the foreigner left")
async def check_out(
    request: Request, id: UUID, body: CheckOut, version: ExpectedVersion, key: RequiredKey, caller: Actor
) -> Response:
    """The stay ends on that day."""
    step = Step("check_out", "checked out", body.on)
    return await _advance(request, id, step, version=version, key=key, caller=caller)


@router.post("/{id}:cancel", response_model=RecordState[Notice], summary="Cancel a notice")
async def cancel(
    request: Request, id: UUID, body: Reason, version: ExpectedVersion, key: RequiredKey, caller: Actor
) -> Response:
    """There was no such stay; it no longer counts, and can be reinstated."""
    return await _advance(request, id, Step("cancel", body.reason), version=version, key=key, caller=caller)


@router.post("/{id}:reinstate", response_model=RecordState[Notice], summary="Reinstate a cancelled notice")
async def reinstate(
    request: Request, id: UUID, body: Reason, version: ExpectedVersion, key: RequiredKey, caller: Actor
) -> Response:
    """It counts again as it did before; its receipt stays what it was."""
    return await _advance(request, id, Step("reinstate", body.reason), version=version, key=key, caller=caller)


@router.post("/{id}:confirm", response_model=RecordState[Notice], summary="Confirm a foreigner's own registration")
async def confirm(
    request: Request, id: UUID, body: Reason, version: ExpectedVersion, key: RequiredKey, caller: Confirmer
) -> Response:
    """The host says: the foreigner stays here. From then on it is a notice like any other."""
    return await _advance(request, id, Step("confirm", body.reason), version=version, key=key, caller=caller)


@router.post("/{id}:refuse", response_model=RecordState[Notice], summary="Refuse a foreigner's own registration")
async def refuse(
    request: Request, id: UUID, body: Reason, version: ExpectedVersion, key: RequiredKey, caller: Confirmer
) -> Response:
    """The host says: the foreigner does not stay here."""
    return await _advance(request, id, Step("refuse", body.reason), version=version, key=key, caller=caller)


async def _advance(request: Request, id: UUID, step: Step, **who: Any) -> Response:
    answer = await cases.advance(request.app.state.engine, id, step, **who)
    return json_response(answer, headers={"ETag": etag(answer["version"])})
