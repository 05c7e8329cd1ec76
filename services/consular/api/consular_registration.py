"""`/v1/consular-registrations`: the voluntary register as the consul sees it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.consular.cases import consular_registration as cases
from services.consular.cases.consular_registration import REGISTRATIONS, End, RegistrationState, Renewal
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.step import StepRequest, step_by

Consul = Annotated[Caller, requires("consul", scope=REGISTRATIONS.scope)]
ConsulsStep = Annotated[StepRequest, step_by("consul", scope=REGISTRATIONS.scope)]

router = record_routes(REGISTRATIONS, "consular registrations")


@router.get("/stale", summary="Entries that are no longer to be believed")
async def stale(
    request: Request,
    caller: Consul,
    mission: str | None = None,
    after: Annotated[UUID | None, Query(description="id of the last entry of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[RegistrationState]:
    """The stay is over, or nobody has renewed the entry for too long. They stay on the register until ended; each
    comes with the checks that say why. The search is written to the access log."""
    return await cases.stale(request.app.state.engine, mission, after, limit, caller)


@router.get("/{id:uuid}/standing", summary="Whether an entry is to be believed, and why")
async def standing(request: Request, id: UUID, caller: Consul) -> RegistrationState:
    return await cases.read_standing(request.app.state.engine, id, caller)


@router.post("/{id:uuid}:renew", summary="Confirm an entry")
async def renew(body: Renewal, asked: ConsulsStep) -> RegistrationState:
    """The citizen is still there."""
    return await cases.renew(asked, body)


@router.post("/{id:uuid}:end", summary="Take a citizen off the register")
async def end(body: End, asked: ConsulsStep) -> RegistrationState:
    """By own wish, registration with another mission, the end of the stay, return, loss of citizenship, or death."""
    return await cases.end(asked, body)
