"""`/v1/registers/{register}:search`: the registers of decree 148, searched by person, with each record's history."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel

from services.portal.cases.police import register_search as cases
from services.portal.cases.police.register_search import Register
from shared.events.border_control import EntryBan
from shared.events.police import Violation
from shared.http.answers import json_response
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.people import PersonQuery
from shared.records.state import RecordState, as_json

router = api_router(prefix="/v1/registers", tags=["registers"])


class Entry(BaseModel):
    """One record of the register: its present state and the versions before it, oldest first."""

    present: RecordState[Violation] | RecordState[EntryBan]
    history: list[RecordState[Violation] | RecordState[EntryBan]]


class Found(BaseModel):
    """What the register holds about the person, newest first; at most a hundred records."""

    searched: Register
    entries: list[Entry]


@router.post("/{register}:search", response_model=Found, summary="What does a register hold about a person?")
async def search(
    request: Request,
    register: Register,
    wanted: PersonQuery,
    caller: Annotated[Caller, requires("migration-police", "border")],
) -> Response:
    """Withdrawn records included. The search and everyone whom it found are written to the access log."""
    found = await cases.search(request.app.state.engine, register, wanted, caller)
    entries = [{"present": as_json(v[-1]), "history": [as_json(each) for each in v[:-1]]} for v in found]
    return json_response({"searched": register, "entries": entries})
