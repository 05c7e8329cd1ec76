"""`/v1/violations`: single and bulk intake, corrections, withdrawals, history; findings of runs, which an officer
confirms and the person may contest."""

from typing import Annotated

from fastapi import Request

from services.portal.cases.police import violation as cases
from services.portal.cases.police.violation import VIOLATIONS, Confirmation, Findings, Objection
from shared.events.police import Violation
from shared.http.languages import Speech
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(VIOLATIONS, "violations")
own_router = api_router(prefix="/v1/me/violations", tags=["my violations"])
POLICE = ("migration-police",)


@router.post("/{id:uuid}:confirm", summary="Confirm what a run has found")
async def confirm(
    body: Confirmation, asked: Annotated[StepRequest, step_by(*POLICE, scope=VIOLATIONS.scope)]
) -> RecordState[Violation]:
    """From now on it counts as a violation. What is wrong is withdrawn instead, with the reason."""
    return await cases.confirm(asked, body)


@router.post("/{id:uuid}:contest", summary="Write down that the person contests a finding")
async def contest(
    body: Objection, asked: Annotated[StepRequest, step_by(*POLICE, scope=VIOLATIONS.scope)]
) -> RecordState[Violation]:
    """For people who object at an office."""
    return await cases.contest(asked, body)


@router.post(":awaiting", summary="Findings that wait for an officer")
async def awaiting(
    request: Request,
    caller: Annotated[Caller, requires(*POLICE, scope=VIOLATIONS.scope)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Findings:
    """The oldest first, each with the stay as the register shows it now, told in the language that you accept."""
    return _spoken(await cases.awaiting(request.app.state.engine, cursor, limit, caller), request)


@own_router.get("", summary="What was found against me, by which rule, and how to contest it")
async def own(
    request: Request,
    caller: Annotated[Caller, requires("citizen", scope=VIOLATIONS.scope)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Findings:
    """By the IIN of your token, newest first; reasons, and how to contest it, in the language that you accept."""
    return _spoken(await cases.own(request.app.state.engine, cursor, limit, caller), request)


@own_router.post("/{id:uuid}:contest", summary="Contest what was found against me")
async def contest_own(
    body: Objection, asked: Annotated[StepRequest, step_by("citizen", scope=VIOLATIONS.scope)]
) -> RecordState[Violation]:
    """Say why; an officer answers. Anybody else's answers 404."""
    return await cases.contest_own(asked, body)


def _spoken(found: Findings, request: Request) -> Findings:
    """What is said of each, in the reader's language: people read it on a page, and contest by it."""
    speech = Speech.of(request)
    for each in found.findings:
        each.how_to_contest = speech.say(each.how_to_contest)
        if each.stay is not None:
            each.stay.checks = list(map(speech.explained, each.stay.checks))
    return found
