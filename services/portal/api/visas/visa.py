"""`/v1/visas`: issued by decision or taken over, corrected, annulled, with history; looked up at the border."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Request, Response

from services.portal.api.visas.invitation import Annulment
from services.portal.api.visas.issue_answers import Issued, VisaLookedUp
from services.portal.cases.visas import visa as cases
from services.portal.cases.visas.visa import VISAS, LookUp, VisaAsked
from shared.events.visa import Visa
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.kernel.decisions import Decision
from shared.records.routes import record_routes
from shared.records.state import RecordState

router = record_routes(VISAS, "visas")
Officer = Annotated[Caller, requires(*VISAS.writers)]
Border = Annotated[Caller, requires("border")]


@router.post(":issue", response_model=Issued, summary="Apply for a visa and have it decided")
async def issue(request: Request, asked: VisaAsked, key: RequiredKey, caller: Officer) -> Response:
    """Decided at once by the rules of the day: the answer lists every check with its rule, version, finding and, where
    it failed, what would make it pass. Submit visas that were issued elsewhere as records instead."""
    return json_response(await cases.issue(request.app.state.engine, asked, caller, key))


@router.post(":look-up", response_model=VisaLookedUp, summary="Does this visa admit today?")
async def look_up(request: Request, wanted: LookUp, caller: Border) -> Response:
    """By its number, with the document that is shown: valid or not, and why. The look-up is written to the access log,
    which the holder can see."""
    return json_response(await cases.look_up(request.app.state.engine, wanted, caller))


@router.get("/{id}/decision", response_model=Decision | None, summary="The decision that issued a visa")
async def decision(request: Request, id: UUID, caller: Officer) -> Response:
    """Every check with its rule, version and finding; null for a visa that was taken over from elsewhere."""
    found = await cases.decision(request.app.state.engine, id, caller)
    return json_response(orjson.Fragment(found) if found else None)


@router.post("/{id}:annul", response_model=RecordState[Visa], summary="Annul a visa")
async def annul(
    request: Request, id: UUID, body: Annulment, version: ExpectedVersion, key: RequiredKey, caller: Officer
) -> Response:
    """It no longer admits from today on; a stay that began on it goes on."""
    answer = await cases.annul(
        request.app.state.engine, id, reason=body.reason, version=version, caller=caller, key=key
    )
    return json_response(answer, headers={"ETag": etag(answer["version"])})
