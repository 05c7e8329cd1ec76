"""`/v1/consular-registrations`: the voluntary register as the consul sees it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from services.consular.cases import consular_registration as cases
from services.consular.cases.consular_registration import REGISTRATIONS, End, Renewal
from services.consular.rules.consular_registration import Freshness
from shared.events.consular import ConsularRegistration, EndOfRegistration
from shared.events.wire import Date
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.routes import router as api_router
from shared.idempotency import RequiredKey
from shared.identity.callers import Caller, requires
from shared.kernel.decisions import Check
from shared.records.routes import record_routes
from shared.records.state import RecordState

PATH = f"/v1/{REGISTRATIONS.path}"

Consul = Annotated[Caller, requires("consul")]

listing = api_router(prefix=PATH, tags=["consular registrations"])  # before `/{id}`, which would take "stale" for an id
router = record_routes(REGISTRATIONS, "consular registrations")


class RenewalBody(BaseModel):
    """The entry is confirmed today."""

    expected_until: Date | None = Field(None, description="new end of the stay; null where none is known")


class EndBody(BaseModel):
    """Why and when the registration ends."""

    ended_on: Date = Field(description="first day on which the citizen is no longer registered")
    reason: EndOfRegistration


class RegistrationState(RecordState[ConsularRegistration]):
    """An entry with its standing today, and the checks that say why."""

    standing: Freshness
    checks: list[Check]


@listing.get("/stale", response_model=list[RegistrationState], summary="Entries that are no longer to be believed")
async def stale(
    request: Request,
    caller: Consul,
    mission: str | None = None,
    after: Annotated[UUID | None, Query(description="id of the last entry of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The stay is over, or nobody has renewed the entry for too long. They stay on the register until ended; each
    comes with the checks that say why. The search is written to the access log."""
    return json_response(await cases.stale(request.app.state.engine, mission, after, limit, caller))


@router.get("/{id}/standing", response_model=RegistrationState, summary="Whether an entry is to be believed, and why")
async def standing(request: Request, id: UUID, caller: Consul) -> Response:
    return versioned(await cases.read_standing(request.app.state.engine, id, caller))


@router.post("/{id}:renew", response_model=RegistrationState, summary="Confirm an entry")
async def renew(
    request: Request, id: UUID, body: RenewalBody, version: ExpectedVersion, key: RequiredKey, caller: Consul
) -> Response:
    """The citizen is still there."""
    renewal = Renewal(body.expected_until)
    return versioned(await cases.renew(request.app.state.engine, id, renewal, version=version, caller=caller, key=key))


@router.post("/{id}:end", response_model=RegistrationState, summary="Take a citizen off the register")
async def end(
    request: Request, id: UUID, body: EndBody, version: ExpectedVersion, key: RequiredKey, caller: Consul
) -> Response:
    """By own wish, registration with another mission, the end of the stay, return, loss of citizenship, or death."""
    ended = End(body.ended_on, body.reason)
    return versioned(await cases.end(request.app.state.engine, id, ended, version=version, caller=caller, key=key))


def versioned(answer: dict[str, Any], status: int = 200) -> Response:
    """The answer with its version as ETag."""
    return json_response(answer, status, {"ETag": etag(answer["version"])})
