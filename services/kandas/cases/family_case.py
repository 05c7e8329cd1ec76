"""A family's case while it is worked on: its file, its members' records, its clock and where it stands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel

from services.kandas.cases.answers import Case, ClockReading, ClockSpan, MemberState, Stage, Timing
from services.kandas.cases.case_file import CaseFile
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules import decision_clock, pilot_procedure
from services.kandas.rules import kandas_application as rules
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import kandas_status as statuses
from services.kandas.store.tables import kandas_application
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, Forbidden, NotFound
from shared.events.kandas import KandasStatus
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, reaches
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import intake
from shared.records.step import StepRequest, perform

M = TypeVar("M", bound=BaseModel)

Act = Literal["add_documents", "return_document", "decide", "record_hearing", "withdraw", "record_step"]
UNDECIDED: frozenset[Stage] = frozenset({"awaiting_documents", "under_review", "hearing"})
ALLOWED: dict[Act, frozenset[Stage]] = {
    "add_documents": UNDECIDED,
    "return_document": frozenset({"awaiting_documents", "under_review"}),
    "decide": UNDECIDED,
    "record_hearing": frozenset({"hearing"}),
    "withdraw": UNDECIDED,
    "record_step": UNDECIDED,
}
"""The stages at which each act is allowed. Where the case stands after it, `stage` reads off the file and the
members."""

_REFUSALS: dict[Stage, str] = {
    "withdrawn": "The application was taken back; lodge a new one.",
    "decided": "The case is decided; a new application is a new case.",
    "awaiting_documents": "No hearing is awaited in this case.",
    "under_review": "No hearing is awaited in this case.",
    "hearing": "After the preliminary refusal no paper is given back; the hearing decides on it.",
}


CASES = belongs_to(region="region", mission="mission")
"""A family's case belongs to the region of settlement, and to the mission through which it was lodged."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case as it stands: its record, its file, its running clock and its members' records."""

    record: Record
    file: CaseFile
    clock: rules.Clock | None
    members: list[Record]


async def open_case(unit: UnitOfWork, asked: StepRequest, act: Act) -> CaseState:
    """The case, locked with its members for `act` on the version that was read. Raises NotFound (asked
    first, so that nobody learns a version from outside), VersionMismatch, and Conflict at a stage without this act."""
    record = await records.load(unit.connection, kandas_application, asked.id, lock=True)
    case = await state_of(unit, record, lock=True)
    expect_seen(case.file, asked.caller)
    records.expect_version(record, asked.version)
    if (found := stage(case)) not in ALLOWED[act]:
        raise Conflict(_REFUSALS[found])
    return case


async def keep(unit: UnitOfWork, case: CaseState, file: CaseFile, caller: Caller, reason: str) -> CaseState:
    """Stores the next version of the case file, and who touched whose case."""
    record = await records.revise(
        unit.connection,
        kandas_application,
        case.record,
        file.model_dump_json(),
        author=caller.subject,
        reason=reason,
    )
    for member in case.members:
        await intake.log(unit, STATUSES, member, KandasStatus.read(member.body), caller, "change", reason)
    return await state_of(unit, record)


def undecided(case: CaseState) -> list[tuple[Record, KandasStatus]]:
    """The members who still wait for their decision."""
    facts = [(record, KandasStatus.read(record.body)) for record in case.members if not record.withdrawn]
    return [(record, status) for record, status in facts if status.state == "applied"]


async def state_of(unit: UnitOfWork, record: Record, *, lock: bool = False) -> CaseState:
    """The case that the record holds, with its members' records, locked if asked."""
    file = CaseFile.model_validate_json(record.body)
    held = await statuses.of_application(unit.connection, file.source_id, lock=lock)
    members = [record for record in held if record.source_id in {member.source_id for member in file.members}]
    return CaseState(record, file, _clock(file, members), members)


def _clock(file: CaseFile, members: Sequence[Record]) -> rules.Clock | None:
    """A member whose record was withdrawn keeps nobody waiting."""
    present = {record.source_id for record in members if not record.withdrawn}
    files = [member for member in file.members if member.source_id in present]
    received = [(member.member, {str(paper.kind): paper.received_on for paper in member.documents}) for member in files]
    norms = rulebook().on(file.lodged_on)
    returned = [
        (each.returned_on, each.received_on)
        for member in files
        for paper in member.documents
        if paper.kind in rules.required_documents(norms, member.member).codes()
        for each in paper.returns
    ]
    return rules.clock(file.lodged_on, received, rulebook(), returned, file.procedure)


def refuse_strangers(mission: str | None, caller: Caller) -> None:
    """Raises Forbidden for a mission that lodges what is lodged at home."""
    if _is_stranger(mission, caller):
        raise Forbidden("A mission handles only the applications that were lodged through a mission.")


def expect_seen(file: CaseFile, caller: Caller) -> None:
    """Raises NotFound for a case out of the caller's reach, and for a mission for what was lodged at home."""
    if _is_stranger(file.mission, caller) or not reaches(caller, CASES, file):
        raise NotFound("There is no such kandas application.")


async def perform_on(asked: StepRequest, answer: type[M], act: Callable[[UnitOfWork], Awaitable[M]]) -> M:
    """`perform` for an act on a case: a first answer is shown again to whoever still reaches the case."""

    async def seen(unit: UnitOfWork) -> None:
        record = await records.load(unit.connection, kandas_application, asked.id)
        expect_seen(CaseFile.read(record.body), asked.caller)

    async def repeated(unit: UnitOfWork, shown: M) -> None:
        for member in shown.members if isinstance(shown, Case) else ():
            await intake.log_repeat(unit, STATUSES, member.status_id, member.status, asked.caller)

    return await perform(asked.engine, asked.key, answer, act, seen=seen, repeated=repeated)


def _is_stranger(mission: str | None, caller: Caller) -> bool:
    return mission is None and "kandas-officer" not in caller.roles


def stage(case: CaseState) -> Stage:
    """Where the case stands in the procedure."""
    if case.record.withdrawn:
        return "withdrawn"
    if not undecided(case):
        return "decided"
    if case.file.hearing is not None:
        return "hearing"
    complete = case.clock is not None and all(until is not None for _, until in case.clock.stops)
    return "under_review" if complete else "awaiting_documents"


def timing(case: CaseState, day: date) -> Timing | None:
    """The deadline, the norm that set it, and how `day` stands to it; None before the documents are complete,
    and while the clock stands still with time left."""
    if case.clock is None:
        return None
    hearing, term = case.file.hearing, case.clock.term
    due_on = case.clock.due_after_hearing(hearing.invited_on, hearing.by) if hearing else case.clock.due_on
    if due_on is None:
        return None
    late = max((day - due_on).days, 0)
    return Timing(
        documents_complete_on=case.clock.started_on,
        due_on=due_on,
        in_time=late == 0,
        days_late=late,
        rule=term.name,
        version=term.version,
        basis=term.basis,
    )


def _course(case: CaseState, day: date) -> ClockReading:
    """How the clock went, until `day` or until nobody waited any more."""
    closed_on: date | None = None
    if case.record.withdrawn:
        closed_on = clock.date_of(case.record.changed_at)
    elif not undecided(case):
        decided = [KandasStatus.read(record.body).decided_on for record in case.members if not record.withdrawn]
        changed_on = clock.date_of(case.record.changed_at)
        closed_on = max((each for each in decided if each is not None), default=changed_on)
    held = case.file.hearing
    invitation = decision_clock.Invitation(held.invited_on, held.by) if held else None
    found = decision_clock.course(
        case.file.lodged_on, case.clock, invitation, closed_on, day, rulebook(), case.file.procedure
    )
    spans = [
        ClockSpan(
            since=span.since,
            until=span.until,
            runs=span.runs,
            ground=span.ground,
            used=span.used,
            rule=span.norm.name,
            version=span.norm.version,
            basis=span.norm.basis,
        )
        for span in found.spans
    ]
    runs = closed_on is None and bool(spans) and spans[-1].runs
    return ClockReading(runs=runs, unit=found.unit, used=found.used, left=found.left, spans=spans)


def view(case: CaseState) -> Case:
    """The case as it is answered."""
    return Case(
        id=case.record.id,
        version=case.record.version,
        stage=stage(case),
        timing=timing(case, clock.today()) if undecided(case) else None,
        clock=_course(case, clock.today()),
        file=case.file,
        missing_steps=_missing_steps(case.file),
        members=[_member_view(case, record) for record in case.members],
    )


def _missing_steps(file: CaseFile) -> list[str]:
    """The list is that of the day of lodging, as the documents' is."""
    if file.procedure == "ordinary":
        return []
    return list(pilot_procedure.missing(file.results, rulebook().on(file.lodged_on)))


def _member_view(case: CaseState, record: Record) -> MemberState:
    (file,) = (member for member in case.file.members if member.source_id == record.source_id)
    norms = rulebook().on(case.file.lodged_on)
    missing = rules.missing_documents(norms, file.member, file.held)
    return MemberState(
        status_id=record.id,
        status_version=record.version,
        withdrawn=record.withdrawn,
        missing_documents=list(missing),
        status=KandasStatus.read(record.body),
    )
