"""The decision on a family's case: each waiting member by the rules, the hearing where one is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases import family_case
from services.kandas.cases.case_file import CaseFile, Hearing
from services.kandas.cases.family_case import CaseState
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules.status_decision import Facts, rule
from services.kandas.store import kandas_status as statuses
from services.kandas.store import status_decision as store
from services.kandas.store.status_decision import StoredDecision
from shared import clock
from shared.db.records import Record
from shared.errors import Conflict, Fault, Invalid
from shared.events.kandas import KandasStatus
from shared.events.wire import Flag, SourceId, WireModel
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake


class Finding(WireModel):
    """What the officer found about one member from the evidence."""

    member: SourceId
    ethnicity_confirmed: Flag
    formerly_citizen: Flag


async def decide(
    engine: AsyncEngine, id: UUID, findings: Sequence[Finding], *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Decides today on every member who waits; answers with every ruling and all its checks. Raises NotFound,
    VersionMismatch, Invalid where a finding is missing or too many, Conflict while a hearing is awaited."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _decide(unit, id, findings, version, caller)
        )
    return answer


async def _decide(
    unit: UnitOfWork, id: UUID, findings: Sequence[Finding], version: int, caller: Caller
) -> dict[str, Any]:
    case = await family_case.open_case(unit, id, version, caller)
    sitting = _Sitting(unit, case, clock.today(), caller)
    sitting.await_hearing()
    waiting = family_case.undecided(case)
    if faults := list(_faults(waiting, findings)):
        raise Invalid("The findings do not fit the members who wait for a decision.", faults=faults)
    found = {finding.member: finding for finding in findings}
    await statuses.lock_persons(unit.connection, case.file.source_id)
    answers = [await sitting.decide(record, status, found[status.source_id]) for record, status in waiting]
    case = await family_case.keep(unit, case, sitting.file_with_hearing(answers), caller, "decision")
    return {
        "id": str(id),
        "version": case.record.version,
        "decided_on": sitting.today,
        "timing": sitting.timing(),
        "members": answers,
    }


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One occasion on which a case is decided."""

    unit: UnitOfWork
    case: CaseState
    today: date
    caller: Caller

    def await_hearing(self) -> None:
        """Raises Conflict while the invited may still come."""
        hearing = self.case.file.hearing
        if hearing and hearing.held_on is None and self.today <= hearing.by:
            raise Conflict(f"The hearing is awaited until {hearing.by}; enter that it was held, or decide after that.")

    async def decide(self, record: Record, status: KandasStatus, finding: Finding) -> dict[str, Any]:
        """Rules on one member, keeps the decision, and gives the status its next version unless a hearing is due."""
        ruling = rule(await self._facts(record, status, finding), self.today)
        granted = ruling.outcome == "granted"
        answer = {
            "source_id": status.source_id,
            "outcome": ruling.outcome,
            "certificate": await store.next_certificate(self.unit.connection, self.today.year) if granted else None,
            "valid_until": ruling.valid_until,
            "hearing_by": ruling.hearing_by,
            "timing": self.timing(),
            "decision": ruling.decision.as_json(),
        }
        await self._keep(record, answer)
        if ruling.outcome != "preliminary_refusal":
            changes = {"state": ruling.outcome, "decided_on": self.today, "valid_until": ruling.valid_until}
            ruled = KandasStatus.model_validate(dict(status) | changes)
            await intake.revise_within(self.unit, STATUSES, record, ruled, self.caller, "decision")
        return answer

    async def _facts(self, record: Record, status: KandasStatus, finding: Finding) -> Facts:
        (file,) = (member for member in self.case.file.members if member.source_id == status.source_id)
        return Facts(
            member=file.member,
            lodged_on=self.case.file.lodged_on,
            documents=frozenset(paper.kind for paper in file.documents),
            citizenship=status.person.citizenship,
            ethnicity_confirmed=finding.ethnicity_confirmed,
            formerly_citizen=finding.formerly_citizen,
            holds_status=await statuses.holds_another(self.unit.connection, record.id),
            heard=self.case.file.hearing is not None,
        )

    async def _keep(self, record: Record, answer: dict[str, Any]) -> None:
        body = orjson.dumps(answer).decode()
        decision = StoredDecision(record.id, self.today, answer["certificate"], body, clock.now(), self.caller.subject)
        await store.keep(self.unit.connection, decision)

    def file_with_hearing(self, answers: Sequence[dict[str, Any]]) -> CaseFile:
        """The case file, with the invitation where a refusal was preliminary."""
        by = max((answer["hearing_by"] for answer in answers if answer["hearing_by"]), default=None)
        hearing = Hearing(invited_on=self.today, by=by) if by else self.case.file.hearing
        return self.case.file.model_copy(update={"hearing": hearing})

    def timing(self) -> dict[str, Any] | None:
        """The deadline and how this day stands to it; None before the documents are complete."""
        return family_case.timing(self.case, self.today)


async def record_hearing(
    engine: AsyncEngine, id: UUID, held_on: date, *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Enters that the hearing was held; answers with the case. Raises NotFound, VersionMismatch, Invalid, and Conflict
    where none is due."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _record_hearing(unit, id, held_on, version, caller)
        )
    return answer


async def _record_hearing(unit: UnitOfWork, id: UUID, held_on: date, version: int, caller: Caller) -> dict[str, Any]:
    case = await family_case.open_case(unit, id, version, caller)
    hearing = case.file.hearing
    if hearing is None or hearing.held_on is not None:
        raise Conflict("No hearing is awaited in this case.")
    if not hearing.invited_on <= held_on <= clock.today():
        fault = Fault("/held_on", f"Lies before the invitation of {hearing.invited_on} or in the future.")
        raise Invalid("The hearing cannot have been held on that day.", faults=[fault])
    file = case.file.model_copy(update={"hearing": hearing.model_copy(update={"held_on": held_on})})
    return family_case.view(await family_case.keep(unit, case, file, caller, "hearing held"))


def _faults(waiting: Sequence[tuple[Record, KandasStatus]], findings: Sequence[Finding]) -> Iterator[Fault]:
    expected = [status.source_id for _, status in waiting]
    given = [finding.member for finding in findings]
    for number, member in enumerate(given):
        if member not in expected:
            yield Fault(f"/findings/{number}/member", "Is no member who waits for a decision in this case.")
        elif member in given[:number]:
            yield Fault(f"/findings/{number}/member", "Has a finding already.")
    for member in expected:
        if member not in given:
            yield Fault("/findings", f"Lacks the finding about member {member}.")
