"""`/v1/invitations`: asked for, decided at once, read, annulled."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.portal.cases.visas import invitation as cases
from services.portal.cases.visas.invitation import INVITATIONS, Annulment, InvitationState, Issued
from services.portal.cases.visas.invitation_body import InvitationAsked
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

ASKERS = ("host", "clerk", "migration-police")

router = api_router(prefix="/v1/invitations", tags=["invitations"])
Asker = Annotated[Caller, requires(*ASKERS, scope=INVITATIONS)]
Reader = Annotated[Caller, requires(*ASKERS, "consul", scope=INVITATIONS)]


@router.post("", summary="Ask for an invitation")
async def ask(request: Request, asked: InvitationAsked, key: RequiredKey, caller: Asker) -> Issued:
    """Decided at once: the answer lists every check with its rule, version, finding and, where it failed, what would
    make it pass. A host invites for itself, by the IIN or BIN of its token."""
    return await cases.ask(request.app.state.engine, asked, caller, key)


@router.get("/{id:uuid}", summary="Read an invitation")
async def read(request: Request, id: UUID, caller: Reader) -> InvitationState:
    """With the decision that granted it. The reading is written to the access log, which the person can see."""
    return await cases.read(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:annul", summary="Annul an invitation")
async def annul(body: Annulment, asked: Annotated[StepRequest, step_by(*ASKERS, scope=INVITATIONS)]) -> InvitationState:
    """No visa is issued on it any more; visas that were issued and stays that began go on."""
    return await cases.annul(asked, body)
