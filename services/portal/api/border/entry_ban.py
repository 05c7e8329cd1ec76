"""`/v1/entry-bans`: imposed one by one and in bulk, lifted, checked, corrected, withdrawn, with history."""

from typing import Annotated

from fastapi import Request

from services.portal.cases.border import entry_ban as cases
from services.portal.cases.border.entry_ban import ENTRY_BANS, BanAnswer, BanCheck, Lifting
from shared.events.border_control import EntryBan
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(ENTRY_BANS, "entry bans")
OFFICERS = ("migration-police", "border")


@router.post("/{id:uuid}:lift", summary="Lift a ban before its end")
async def lift(
    body: Lifting, asked: Annotated[StepRequest, step_by(*OFFICERS, scope=ENTRY_BANS.scope)]
) -> RecordState[EntryBan]:
    """With its reason; the ban stays readable in the register of the barred."""
    return await cases.lift(asked, body)


@router.post(":check", summary="Is this person barred from entry?")
async def check(
    request: Request, body: BanCheck, caller: Annotated[Caller, requires(*OFFICERS, scope=ENTRY_BANS.scope)]
) -> BanAnswer:
    """A small answer for the border. `barred` only by what is certain; `possible` bans are told
    apart and decide nothing. The check is written to the access log."""
    return await cases.check(request.app.state.engine, body, caller)
