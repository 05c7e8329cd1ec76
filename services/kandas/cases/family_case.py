"""A family's case while it is worked on: its file, its members' records, its clock and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.kandas.cases.case_file import CaseFile
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules import kandas_application as rules
from services.kandas.store import kandas_status as statuses
from services.kandas.store.tables import kandas_application
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, Forbidden
from shared.events.kandas import KandasStatus
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import intake


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case as it stands: its record, its file, its running clock and its members' records."""

    record: Record
    file: CaseFile
    clock: rules.Clock | None
    members: list[Record]


async def open_case(unit: UnitOfWork, id: UUID, version: int, caller: Caller) -> CaseState:
    """The case, locked with its members for a change of its version `version`. Raises NotFound, VersionMismatch,
    Forbidden, and Conflict where it was taken back or is decided."""
    record = await records.load(unit.connection, kandas_application, id, lock=True)
    records.expect_version(record, version)
    case = await state_of(unit, record, lock=True)
    refuse_strangers(case.file.mission, caller)
    if record.withdrawn:
        raise Conflict("The application was taken back; lodge a new one.")
    if not undecided(case):
        raise Conflict("The case is decided; a new application is a new case.")
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
    return rules.clock(file.lodged_on, [(m.member, {str(p.kind): p.received_on for p in m.documents}) for m in files])


def refuse_strangers(mission: str | None, caller: Caller) -> None:
    """Raises Forbidden for a mission that reaches for what was lodged at home."""
    if mission is None and "kandas-officer" not in caller.roles:
        raise Forbidden("A mission handles only the applications that were lodged through a mission.")


def stage(case: CaseState) -> str:
    """Where the case stands in the procedure."""
    if case.record.withdrawn:
        return "withdrawn"
    if not undecided(case):
        return "decided"
    if case.file.hearing is not None:
        return "hearing"
    return "awaiting_documents" if case.clock is None else "under_review"


def timing(case: CaseState, day: date) -> dict[str, Any] | None:
    """The deadline, the norm that set it, and how `day` stands to it; None before the documents are complete."""
    if case.clock is None:
        return None
    hearing, term = case.file.hearing, case.clock.term
    due_on = case.clock.due_after_hearing(hearing.invited_on, hearing.by) if hearing else case.clock.due_on
    late = max((day - due_on).days, 0)
    return {
        "documents_complete_on": case.clock.started_on,
        "due_on": due_on,
        "in_time": late == 0,
        "days_late": late,
        "rule": term.name,
        "version": term.version,
        "basis": term.basis,
    }


def view(case: CaseState) -> dict[str, Any]:
    """The case as the API shows it."""
    return {
        "id": str(case.record.id),
        "version": case.record.version,
        "stage": stage(case),
        "timing": timing(case, clock.today()) if undecided(case) else None,
        "file": case.file.model_dump(mode="json"),
        "members": [_member_view(case, record) for record in case.members],
    }


def _member_view(case: CaseState, record: Record) -> dict[str, Any]:
    (file,) = (member for member in case.file.members if member.source_id == record.source_id)
    received = [paper.kind for paper in file.documents]
    return {
        "status_id": str(record.id),
        "status_version": record.version,
        "withdrawn": record.withdrawn,
        "missing_documents": rules.missing_on(case.file.lodged_on, file.member, received),
        "status": orjson.Fragment(record.body),
    }
