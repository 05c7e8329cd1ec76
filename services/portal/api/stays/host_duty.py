"""`/v1/host-duties`: what hosts still have to report, for reminding them."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict

from services.portal.api.visas.issue_answers import Duties
from services.portal.cases.stays import host_duty as cases
from services.portal.cases.stays.host_duty import DueState, Reminder
from shared.errors import Forbidden
from shared.events.person import Iin
from shared.events.wire import Bin, Region
from shared.http.answers import json_response
from shared.http.paging import Cursor, Limit, after, cursor_at
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/host-duties", tags=["host duties"])
Reader = Annotated[Caller, requires("migration-police", "clerk", "host")]
OFFICERS = frozenset({"migration-police", "clerk"})


class DutiesWanted(BaseModel):
    """Which open duties. `due` until the last day in time, `overdue` after it; `host` is an IIN or BIN, which is why
    the question stands in the body."""

    model_config = ConfigDict(extra="forbid")

    state: DueState = "open"
    region: Region | None = None
    host: Iin | Bin | None = None


@router.post(":search", response_model=Duties, summary="List the duties due and overdue")
async def search(
    request: Request, wanted: DutiesWanted, caller: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """The longest overdue first. A host sees its own. The search and everyone whom it found are written to the access
    log, which the persons can see."""
    reminder = Reminder(wanted.state, wanted.region, _host(wanted, caller))
    start = after(cursor, str, str)
    found, more = await cases.remind(request.app.state.engine, reminder, start, limit, caller)
    following = cursor_at(str(found[-1]["due_on"]), found[-1]["entry"]) if more else None
    return json_response({"duties": found, "next": following})


def _host(wanted: DutiesWanted, caller: Caller) -> str | None:
    if not OFFICERS.isdisjoint(caller.roles):
        return wanted.host
    own = caller.bin or caller.iin
    if own is None or wanted.host not in (None, own):
        raise Forbidden("A host sees its own duties only, by the IIN or BIN of its token.")
    return own
