"""`/v1/invitations`: asked for, decided at once, read, annulled."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from services.portal.api.visas.issue_answers import InvitationState, Issued
from services.portal.cases.visas import invitation as cases
from services.portal.cases.visas.invitation_body import InvitationAsked
from shared.events.wire import Text
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires

PATH = "/v1/invitations"

router = api_router(prefix=PATH, tags=["invitations"])
Asker = Annotated[Caller, requires("host", "clerk", "migration-police")]
Reader = Annotated[Caller, requires("host", "clerk", "migration-police", "consul")]


class Annulment(BaseModel):
    """Why it no longer holds."""

    reason: Text


@router.post("", response_model=Issued, summary="Ask for an invitation")
async def ask(request: Request, asked: InvitationAsked, key: RequiredKey, caller: Asker) -> Response:
    """Decided at once: the answer lists every check with its rule, version, finding and, where it failed, what would
    make it pass. A host invites for itself, by the IIN or BIN of its token."""
    return json_response(await cases.ask(request.app.state.engine, asked, caller, key))


@router.get("/{id}", response_model=InvitationState, summary="Read an invitation")
async def read(request: Request, id: UUID, caller: Reader) -> Response:
    """With the decision that granted it. The reading is written to the access log, which the person can see."""
    return _versioned(await cases.read(request.app.state.engine, id, caller))


@router.post("/{id}:annul", response_model=InvitationState, summary="Annul an invitation")
async def annul(
    request: Request, id: UUID, body: Annulment, version: ExpectedVersion, key: RequiredKey, caller: Asker
) -> Response:
    """No visa is issued on it any more; visas that were issued and stays that began go on."""
    answer = await cases.annul(
        request.app.state.engine, id, reason=body.reason, version=version, caller=caller, key=key
    )
    return _versioned(answer)


def _versioned(answer: dict[str, Any]) -> Response:
    return json_response(answer, headers={"ETag": etag(answer["version"])})
