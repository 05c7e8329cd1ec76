"""`/v1/visas`: issued by decision or taken over, corrected, annulled, with history; looked up at the border."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.portal.cases.visas import visa as cases
from services.portal.cases.visas.invitation import Annulment, Issued
from services.portal.cases.visas.visa import VISAS, LookUp, VisaAsked, VisaLookedUp
from shared.events.visa import Visa
from shared.http.openapi import problem_answer
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.identity.scope import whole_country
from shared.kernel.decisions import Decision
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(VISAS, "visas")
AT_THE_BORDER = whole_country("a visa is looked up by its number at any checkpoint")
Officer = Annotated[Caller, requires(*VISAS.writers, scope=VISAS.scope)]
Border = Annotated[Caller, requires("border", scope=AT_THE_BORDER)]


@router.post(
    ":issue",
    summary="Apply for a visa and have it decided",
    responses={404: problem_answer("There is no invitation of that number")},
)
async def issue(request: Request, asked: VisaAsked, key: RequiredKey, caller: Officer) -> Issued:
    """Decided at once by the rules of the day: the answer lists every check with its rule, version, finding and, where
    it failed, what would make it pass. Submit visas that were issued elsewhere as records instead."""
    return await cases.issue(request.app.state.engine, asked, caller, key)


@router.post(":look-up", summary="Does this visa admit today?")
async def look_up(request: Request, asked: LookUp, caller: Border) -> VisaLookedUp:
    """By its number, with the document that is shown: valid or not, and why. The look-up is written to the access log,
    which the holder can see."""
    return await cases.look_up(request.app.state.engine, asked, caller)


@router.get("/{id:uuid}/decision", summary="The decision that issued a visa")
async def decision(request: Request, id: UUID, caller: Officer) -> Decision | None:
    """Every check with its rule, version and finding; null for a visa that was taken over from elsewhere."""
    return await cases.decision(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:annul", summary="Annul a visa")
async def annul(
    body: Annulment, asked: Annotated[StepRequest, step_by(*VISAS.writers, scope=VISAS.scope)]
) -> RecordState[Visa]:
    """It no longer admits from today on; a stay that began on it goes on."""
    return await cases.annul(asked, body)
