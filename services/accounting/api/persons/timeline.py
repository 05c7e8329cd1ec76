"""`/v1/persons/{id}/timeline`: one person's way through all registers."""

from datetime import date
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel

from services.accounting.cases.persons import timeline as case
from shared.http.routes import router as make_router
from shared.identity.callers import Caller, requires

Statistician = Annotated[Caller, requires("statistician")]
Pseudonym = Annotated[str, Path(pattern="^[0-7][0-9a-f]{15}$", examples=["00c1a2b3d4e5f607"])]

router = make_router(tags=["persons"])


class Crossing(BaseModel):
    source_id: str
    day: date
    direction: str
    before: int | None
    after: int | None
    migration: bool | None
    imputed: bool
    final: bool


class Stay(BaseModel):
    inside: bool
    since: date | None
    until: date | None
    imputed: bool


class RegisteredStay(BaseModel):
    """`until` is the first day no longer allowed or planned, `ended_on` the day of the exit or check-out; `basis` is
    `visa`, `notification`, or the channel of a notice."""

    since: date
    until: date | None
    ended_on: date | None
    region: str
    basis: str


class Act(BaseModel):
    """A violation, expulsion or change of citizenship; `since` is the first day of a stay without right."""

    kind: str
    day: date
    since: date | None
    region: str | None
    country: str | None


class Status(BaseModel):
    status: str
    source: str
    since: date
    until: date | None
    region: str | None
    country: str | None


class Sign(BaseModel):
    """What another register shows from `day` on; `ended`: a residence permit proves nothing any longer, from a day that
    may lie ahead."""

    day: date
    kind: str
    region: str


class Timeline(BaseModel):
    person: str
    crossings: list[Crossing]
    stays: list[Stay]
    registered_stays: list[RegisteredStay]
    statuses: list[Status]
    acts: list[Act]
    evidence: list[Sign]
    sources: dict[str, int]


@router.get("/v1/persons/{id}/timeline", summary="One person's way through all registers", response_model=Timeline)
async def timeline(request: Request, id: Pseudonym, caller: Statistician) -> case.Timeline:
    """By the pseudonym of `/v1/classifications`; a former one leads to the person as well. The access is logged."""
    return await case.timeline(request.app.state.engine, id, caller)
