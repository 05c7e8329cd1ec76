"""`/v1/entry-bans`: imposed one by one and in bulk, lifted, checked, corrected, withdrawn, with history."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.portal.cases import entry_ban as cases
from services.portal.cases.entry_ban import ENTRY_BANS, Lifting
from shared import clock
from shared.events.border_control import EntryBan
from shared.events.language import Day, Text
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.callers import Caller, requires
from shared.http.idempotency import OneAttempt
from shared.records.people import Wanted
from shared.records.routes import record_routes
from shared.records.state import RecordState

router = record_routes(ENTRY_BANS, "entry bans")
Officer = Annotated[Caller, requires("migration-police", "border")]


class Lift(BaseModel):
    """Why and since when a ban holds no longer."""

    lifted_on: Day = Field(description="first day on which entry is no longer barred")
    reason: Text


class BanCheck(Wanted):
    """Whom the check is about, and the day of the entry."""

    day: Day | None = Field(None, description="today, if not given")


class Ban(BaseModel):
    """A ban that holds."""

    id: UUID
    ground: str
    barred_until: Day | None


class BanAnswer(BaseModel):
    """Whether entry is barred on the day, and by what."""

    day: Day
    barred: bool
    bans: list[Ban]


@router.post("/{id}:lift", response_model=RecordState[EntryBan], summary="Lift a ban before its end")
async def lift(
    request: Request, id: UUID, body: Lift, version: ExpectedVersion, attempt: OneAttempt, caller: Officer
) -> Response:
    """With its reason; the ban stays readable in the register of the barred."""
    lifting = Lifting(body.lifted_on, body.reason)
    answer = await cases.lift(request.app.state.engine, id, lifting, version=version, caller=caller, attempt=attempt)
    return json_response(answer, headers={"ETag": etag(answer["version"])})


@router.post(":check", response_model=BanAnswer, summary="Is this person barred from entry?")
async def check(request: Request, body: BanCheck, caller: Officer) -> Response:
    """A small answer for the border. An equal name and birth date alone may be another person. The check is written to
    the access log."""
    day = body.day or clock.today()
    bans = await cases.check(request.app.state.engine, body, day, caller)
    return json_response({"day": day, "barred": bool(bans), "bans": bans})
