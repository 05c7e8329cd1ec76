"""`/v1/me/consular-registrations`: citizens register themselves, and see, renew and end what they registered."""

from typing import Annotated

from fastapi import Request, Response

from services.consular.cases import consular_registration as cases
from services.consular.cases.consular_registration import REGISTRATIONS, End, Registered, RegistrationState, Renewal
from shared.db.records import FIRST
from shared.events.consular import ConsularRegistration
from shared.http.answers import etag, model_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.step import StepRequest, step_by

router = api_router(prefix="/v1/me/consular-registrations", tags=["my registrations"])
Citizen = Annotated[Caller, requires("citizen", scope=REGISTRATIONS.scope)]
CitizensStep = Annotated[StepRequest, step_by("citizen", scope=REGISTRATIONS.scope)]


@router.post("", status_code=201, response_model=Registered, summary="Register yourself with a mission")
async def register(request: Request, entry: ConsularRegistration, caller: Citizen) -> Response:
    """The person's IIN must be that of your token. 200 with the same body when the same entry is there already."""
    registered, outcome = await cases.register_self(request.app.state.engine, entry, caller)
    return model_response(registered, 201 if outcome == "created" else 200, {"ETag": etag(FIRST)})


@router.get("", summary="Your own registrations")
async def own(request: Request, caller: Citizen) -> list[RegistrationState]:
    """Each with its version and its standing: current, stale or ended."""
    return await cases.own(request.app.state.engine, caller)


@router.post("/{id:uuid}:renew", summary="Confirm that you are still there")
async def renew(body: Renewal, asked: CitizensStep) -> RegistrationState:
    """Anybody else's entry answers 404."""
    return await cases.renew(asked, body)


@router.post("/{id:uuid}:end", summary="Take yourself off the register")
async def end(body: End, asked: CitizensStep) -> RegistrationState:
    """Registration is voluntary, and so is its end."""
    return await cases.end(asked, body)
