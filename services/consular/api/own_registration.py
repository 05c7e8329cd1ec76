"""`/v1/me/consular-registrations`: citizens register themselves, and see, renew and end what they registered."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from services.consular.api.consular_registration import EndBody, RegistrationState, RenewalBody, versioned
from services.consular.cases import consular_registration as cases
from services.consular.cases.consular_registration import End, Renewal
from shared.db.records import FIRST
from shared.events.consular import ConsularRegistration
from shared.events.wire import SourceId
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/me/consular-registrations", tags=["my registrations"])
Citizen = Annotated[Caller, requires("citizen")]


class Registered(BaseModel):
    """Where your registration is held."""

    id: UUID
    source_id: SourceId


@router.post("", status_code=201, response_model=Registered, summary="Register yourself with a mission")
async def register(request: Request, entry: ConsularRegistration, caller: Citizen) -> Response:
    """The person's IIN must be that of your token. 200 with the same body when the same entry is there already."""
    taken = await cases.register_self(request.app.state.engine, entry, caller)
    body = {"id": str(taken.id), "source_id": entry.source_id}
    return json_response(body, 201 if taken.outcome == "created" else 200, {"ETag": etag(FIRST)})


@router.get("", response_model=list[RegistrationState], summary="Your own registrations")
async def own(request: Request, caller: Citizen) -> Response:
    """Each with its version and its standing: current, stale or ended."""
    return json_response(await cases.own(request.app.state.engine, caller))


@router.post("/{id}:renew", response_model=RegistrationState, summary="Confirm that you are still there")
async def renew(
    request: Request, id: UUID, body: RenewalBody, version: ExpectedVersion, key: RequiredKey, caller: Citizen
) -> Response:
    """Anybody else's entry answers 404."""
    renewal = Renewal(body.expected_until)
    return versioned(await cases.renew(request.app.state.engine, id, renewal, version=version, caller=caller, key=key))


@router.post("/{id}:end", response_model=RegistrationState, summary="Take yourself off the register")
async def end(
    request: Request, id: UUID, body: EndBody, version: ExpectedVersion, key: RequiredKey, caller: Citizen
) -> Response:
    """Registration is voluntary, and so is its end."""
    ended = End(body.ended_on, body.reason)
    return versioned(await cases.end(request.app.state.engine, id, ended, version=version, caller=caller, key=key))
