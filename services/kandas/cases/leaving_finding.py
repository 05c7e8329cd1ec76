"""Kandas and former kandas who left for permanent residence abroad (K7): found by the portal's departures.

A machine's finding waits for people: the person may contest it, an officer confirms or dismisses it. Confirming ends a
status in force on the day of leaving; of a former kandas it keeps that they left. What the portal withdraws or corrects
undoes a finding that nobody has confirmed.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.kandas_status import KANDAS, STATUSES, after
from services.kandas.cases.residence_departure import DEPARTURES
from services.kandas.rules import leaving_finding as rules
from services.kandas.rules.kandas_status import faults_of_end
from services.kandas.rules.leaving_finding import Evidence, Holder
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import leaving_finding as store
from services.kandas.store.leaving_finding import Meeting
from services.kandas.store.tables import kandas_status, leaving_finding
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db import records
from shared.db.records import NextVersion, Record, Submission
from shared.errors import Conflict, Forbidden, NotFound
from shared.events.kandas import KandasStatus
from shared.events.wire import Country, Date, Text, WireModel
from shared.http.answers import Versioned
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.identity.scope import within
from shared.inbox.copies import expect_current
from shared.kernel.decisions import Check, CheckOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.step import StepRequest, perform

State = Literal["finding", "contested", "confirmed", "dismissed", "undone"]
Act = Literal["contest", "confirm", "dismiss", "undo", "renew"]

WAITING: tuple[State, ...] = ("finding", "contested")
TRANSITIONS: dict[Act, tuple[tuple[State, ...], State]] = {
    "contest": (("finding",), "contested"),
    "confirm": (WAITING, "confirmed"),
    "dismiss": (WAITING, "dismissed"),
    "undo": (WAITING, "undone"),
    "renew": (("undone",), "finding"),
}
"""Act: from which states, to which. The run alone undoes and renews."""

AT_ONCE = 500
_BEFORE_ALL = (UUID(int=0), "")


class Objection(WireModel):
    """Why the person holds the finding to be wrong."""

    reason: Text


class LeavingAnswer(WireModel):
    """What an officer makes of a finding; of a contested one, the answer to the objection."""

    reason: Text


class LeavingQuery(WireModel):
    """Findings in any of these states; without them, those that wait for an officer."""

    states: tuple[State, ...] = Field(WAITING, max_length=5)


class LeavingFile(WireModel):
    """What was found of whose status, and what became of it."""

    status: UUID
    departure: Text = Field(description="the record of the departure in the portal")
    left_on: Date
    country: Country = Field(description="where the person left to")
    evidence: Evidence = Field(description="what shows that both are one person's")
    state: State
    found_on: Date
    contested_on: Date | None = None
    decided_on: Date | None = None


class LeavingFinding(Versioned, LeavingFile):
    """A finding with its facts and its rule. Nothing follows from it until an officer confirms it."""

    id: UUID
    person_status: KandasStatus = Field(description="the status as it is now")
    check: Check | None = Field(description="null where no rule of the day of leaving speaks of it")
    departure_stands: bool = Field(description="whether the portal still says so; of a confirmed one too")
    reason: str | None = Field(description="of the last act")


class LeavingFindings(BaseModel):
    """One page of findings."""

    findings: list[LeavingFinding]
    next: str | None


class LeavingRun(BaseModel):
    """How many departures of kandas were found, and how many findings no longer hold."""

    found: int
    undone: int


async def run(engine: AsyncEngine, caller: Caller) -> LeavingRun:
    """Finds who left, and undoes what fell away. A second run finds nothing more to do."""
    undone = 0
    while some := await _undo_some(engine, caller):
        undone += some
    found, place = 0, _BEFORE_ALL
    while True:
        async with unit_of_work(engine) as unit:
            met = await store.new(unit.connection, place, AT_ONCE)
            for each in met:
                found += await _find(unit, each, caller)
        if len(met) < AT_ONCE:
            return LeavingRun(found=found, undone=undone)
        place = met[-1].status, met[-1].departure


async def run_daily(engine: AsyncEngine) -> None:
    """What departures that were copied since say of kandas."""
    await run(engine, KANDAS)


async def _find(unit: UnitOfWork, met: Meeting, caller: Caller) -> bool:
    """Whether there is a finding now that was none before."""
    held = await records.load(unit.connection, kandas_status, met.status, lock=True)
    status = KandasStatus.read(held.body)
    check = _check(status, met)
    if check is None or check.outcome is not CheckOutcome.FAILED:
        return False
    file = LeavingFile(
        status=met.status,
        departure=met.departure,
        left_on=met.left_on,
        country=met.country,
        evidence=met.evidence,
        state="finding",
        found_on=clock.today(),
    )
    submission = Submission(f"{met.status}:{met.departure}", file, caller.subject, _columns(file))
    (taken,) = await records.submit(unit.connection, leaving_finding, [submission])
    if taken.outcome != "created":
        record = await records.load(unit.connection, leaving_finding, taken.id, lock=True)
        if LeavingFile.read(record.body).state not in TRANSITIONS["renew"][0]:
            return False  # another run was quicker
        await _keep(unit, record, file, caller, "found again")
    await intake.log(unit, STATUSES, held, status, caller, "change", "found to have left")
    return True


async def _undo_some(engine: AsyncEngine, caller: Caller) -> int:
    async with unit_of_work(engine) as unit:
        ids = await store.fallen(unit.connection, AT_ONCE)
        held = await records.load_all(unit.connection, leaving_finding, ids, [])
        files = [(record.id, LeavingFile.read(record.body)) for record in held]
        undone = [(id, _moved(file, "undo")) for id, file in files if file.state in TRANSITIONS["undo"][0]]
        reason = "the registers no longer say so"
        await records.revise_all(
            unit.connection,
            leaving_finding,
            [NextVersion(id, file.model_dump_json(), _columns(file), reason=reason) for id, file in undone],
            author=caller.subject,
        )
    return len(undone)


async def find(
    engine: AsyncEngine, wanted: LeavingQuery, cursor: str | None, limit: int, caller: Caller
) -> LeavingFindings:
    """The findings that are wanted and within the caller's reach; the search and everyone whom it shows are logged."""
    reached = within(caller, STATUSES.scope, store.places())
    async with unit_of_work(engine) as unit:
        asked = store.listed(unit.connection, wanted.states, reached, last_id(cursor), limit + 1)
        held, more = page(await asked, limit)
        found = await _shown(unit, held)
        people = [(each.status, each.person_status.person) for each in found]
        await access_log.log_search(unit.connection, caller, STATUSES.name, people)
    return LeavingFindings(findings=found, next=cursor_at(held[-1].id.hex) if more else None)


async def own(engine: AsyncEngine, cursor: str | None, limit: int, caller: Caller) -> LeavingFindings:
    """What was found against the caller, newest first; the reading is logged. Raises Forbidden without an IIN."""
    if caller.iin is None:
        raise Forbidden("This needs a token that carries your own IIN.")
    async with unit_of_work(engine) as unit:
        asked = store.found_against(unit.connection, caller.iin, last_id(cursor), limit + 1)
        held, more = page(await asked, limit)
        found = await _shown(unit, held)
        people = [(each.status, each.person_status.person) for each in found]
        await access_log.log_search(unit.connection, caller, STATUSES.name, people, wanted=Subject(iin=caller.iin))
    return LeavingFindings(findings=found, next=cursor_at(held[-1].id.hex) if more else None)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> LeavingFinding:
    """As it stands; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record, held = await _opened(unit, id, caller)
        await intake.log(unit, STATUSES, held, KandasStatus.read(held.body), caller, "read", None)
        (found,) = await _shown(unit, [record])
    return found


async def contest(asked: StepRequest, objection: Objection) -> LeavingFinding:
    """Writes down that the person objects. Raises as `_step`."""

    async def change(_unit: UnitOfWork, _held: Record, file: LeavingFile) -> LeavingFile:
        return _moved(file, "contest", contested_on=clock.today())

    return await _step(asked, "contest", change, objection.reason)


async def dismiss(asked: StepRequest, answer: LeavingAnswer) -> LeavingFinding:
    """The person did not leave, or is back: the departure is found no more. Raises as `_step`."""

    async def change(_unit: UnitOfWork, _held: Record, file: LeavingFile) -> LeavingFile:
        return _moved(file, "dismiss", decided_on=clock.today())

    return await _step(asked, "dismiss", change, answer.reason)


async def confirm(asked: StepRequest, answer: LeavingAnswer) -> LeavingFinding:
    """The person left: a status in force ends on the day of leaving. Raises as `_step`, Unavailable where the copies
    are stale, and Conflict where the registers no longer say so, or where the status had run out before."""

    async def change(unit: UnitOfWork, held: Record, file: LeavingFile) -> LeavingFile:
        await expect_current(unit.connection, DEPARTURES.source)
        met = await store.meeting(unit.connection, file.status, file.departure)
        if met is None or (met.left_on, met.country, met.evidence) != (file.left_on, file.country, file.evidence):
            raise Conflict(
                "The departure was corrected or withdrawn, or the status has changed: wait for the next run."
            )
        status = KandasStatus.read(held.body)
        if status.state == "granted":
            _expect_held(status, file)
            ended = after("end", status, ended_on=file.left_on, end_reason="leaving")
            await intake.revise_within(unit, STATUSES, held, ended, asked.caller, "leaving")
        return _moved(file, "confirm", decided_on=clock.today())

    return await _step(asked, "confirm", change, answer.reason)


def _expect_held(status: KandasStatus, file: LeavingFile) -> None:
    assert status.decided_on is not None  # noqa: S101  (a status in force was decided)
    if faults_of_end(file.left_on, granted_on=status.decided_on, valid_until=status.valid_until, today=clock.today()):
        raise Conflict("The status ran out before that day: decide on its extension, or let it expire first.")


async def _step(
    asked: StepRequest,
    act: Act,
    change: Callable[[UnitOfWork, Record, LeavingFile], Awaitable[LeavingFile]],
    reason: str,
) -> LeavingFinding:
    """The finding after `act`. Raises NotFound, VersionMismatch, and Conflict in a state without this act."""

    async def perform_act(unit: UnitOfWork) -> LeavingFinding:
        record, held = await _opened(unit, asked.id, asked.caller)
        records.expect_version(record, asked.version)
        file = LeavingFile.read(record.body)
        if file.state not in TRANSITIONS[act][0]:
            raise Conflict(f"This is {file.state}: there is nothing to {act}.")
        kept = await _keep(unit, record, await change(unit, held, file), asked.caller, reason)
        await intake.log(unit, STATUSES, held, KandasStatus.read(held.body), asked.caller, "change", reason)
        (shown,) = await _shown(unit, [kept])
        return shown

    async def seen(unit: UnitOfWork) -> None:
        await _opened(unit, asked.id, asked.caller)

    async def repeated(unit: UnitOfWork, shown: LeavingFinding) -> None:
        await intake.log_repeat(unit, STATUSES, shown.status, shown.person_status, asked.caller)

    return await perform(asked.engine, asked.key, LeavingFinding, perform_act, seen=seen, repeated=repeated)


async def _opened(unit: UnitOfWork, id: UUID, caller: Caller) -> tuple[Record, Record]:
    """The finding and its status, which is locked first: of two acts the second sees what the first did."""
    found = await records.load(unit.connection, leaving_finding, id)
    held = await records.load(unit.connection, kandas_status, LeavingFile.read(found.body).status, lock=True)
    if not _is_seen(held, caller):
        raise NotFound("There is no such leaving finding.")
    return await records.load(unit.connection, leaving_finding, id, lock=True), held


def _is_seen(held: Record, caller: Caller) -> bool:
    """Whether the status lies within the officer's reach, or is that of whoever acts for themselves."""
    if "citizen" in caller.roles:
        mine = KandasStatus.read(held.body).person.iin
        return not held.withdrawn and mine is not None and mine == caller.iin
    try:
        intake.visible_fact(STATUSES, held, caller)
    except NotFound:
        return False
    return True


async def _shown(unit: UnitOfWork, held: Sequence[Record]) -> list[LeavingFinding]:
    files = [LeavingFile.read(record.body) for record in held]
    standing = await store.departures(unit.connection, [file.departure for file in files])
    statuses = {
        record.id: KandasStatus.read(record.body)
        for record in await records.read_all(unit.connection, kandas_status, [file.status for file in files])
    }
    return [
        LeavingFinding(
            **dict(file),
            id=record.id,
            version=record.version,
            person_status=statuses[file.status],
            check=_check(statuses[file.status], file),
            departure_stands=standing.get(file.departure) == file.left_on,
            reason=record.reason,
        )
        for record, file in zip(held, files, strict=True)
    ]


def _check(status: KandasStatus, found: Meeting | LeavingFile) -> Check | None:
    assert status.decided_on is not None  # noqa: S101  (the query asks for it)
    holder = Holder(status.decided_on, status.state, status.end_reason)
    return rules.check(holder, found.left_on, found.evidence, rulebook().on(found.left_on))


async def _keep(unit: UnitOfWork, record: Record, file: LeavingFile, caller: Caller, reason: str) -> Record:
    return await records.revise(
        unit.connection,
        leaving_finding,
        record,
        file.model_dump_json(),
        author=caller.subject,
        reason=reason,
        columns=_columns(file),
    )


def _moved(file: LeavingFile, act: Act, **changes: Any) -> LeavingFile:
    return file.model_copy(update={"state": TRANSITIONS[act][1], **changes})


def _columns(file: LeavingFile) -> dict[str, object]:
    return {"status": file.status, "departure": file.departure, "state": file.state}
