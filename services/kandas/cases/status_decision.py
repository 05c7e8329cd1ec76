"""The decision on a family's case: each waiting member by the rules, the hearing where one is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from services.kandas.cases import family_case
from services.kandas.cases.answers import Case, CaseDecision, MemberDecision, Timing
from services.kandas.cases.case_file import CaseFile, Hearing
from services.kandas.cases.family_case import CaseState
from services.kandas.cases.kandas_status import STATUSES, after
from services.kandas.rules.rulebook import rulebook
from services.kandas.rules.status_decision import Facts, rule
from services.kandas.store import kandas_status as statuses
from services.kandas.store import status_decision as store
from services.kandas.store.status_decision import StoredDecision
from shared import clock
from shared.db.records import Record
from shared.errors import Conflict, Fault, Invalid
from shared.events.kandas import KandasStatus
from shared.events.wire import Date, Flag, SourceId, WireModel
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import intake
from shared.records.step import StepRequest


class Finding(WireModel):
    """What the officer found about one member from the evidence."""

    member: SourceId
    ethnicity_confirmed: Flag
    formerly_citizen: Flag


class Findings(WireModel):
    """What the officer found about each member who waits for a decision."""

    findings: Annotated[tuple[Finding, ...], Field(max_length=50)]


class HearingHeld(WireModel):
    """The day of the hearing."""

    held_on: Date


async def decide(asked: StepRequest, findings: Findings) -> CaseDecision:
    """Decides today on every member who waits; answers with every ruling and all its checks. Raises as `open_case`,
    Invalid where a finding is missing or too many, Conflict while a hearing is awaited."""

    async def act(unit: UnitOfWork) -> CaseDecision:
        case = await family_case.open_case(unit, asked, "decide")
        return await _decide(_Sitting(unit, case, clock.today(), asked.caller), findings.findings)

    return await family_case.perform_on(asked, CaseDecision, act)


async def _decide(sitting: "_Sitting", findings: Sequence[Finding]) -> CaseDecision:
    unit, case = sitting.unit, sitting.case
    sitting.await_hearing()
    waiting = family_case.undecided(case)
    if faults := list(_faults(waiting, findings)):
        raise Invalid("The findings do not fit the members who wait for a decision.", faults=faults)
    found = {finding.member: finding for finding in findings}
    await statuses.lock_persons(unit.connection, case.file.source_id)
    rulings = [await sitting.decide(record, status, found[status.source_id]) for record, status in waiting]
    kept = await family_case.keep(unit, case, sitting.file_with_hearing(rulings), sitting.caller, "decision")
    return CaseDecision(
        id=kept.record.id,
        version=kept.record.version,
        decided_on=sitting.today,
        timing=sitting.timing(),
        members=rulings,
    )


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

    async def decide(self, record: Record, status: KandasStatus, finding: Finding) -> MemberDecision:
        """Rules on one member, keeps the decision, and gives the status its next version unless a hearing is due."""
        ruling = rule(await self._facts(record, status, finding), self.today, rulebook())
        granted = ruling.outcome == "granted"
        decision = MemberDecision(
            source_id=status.source_id,
            outcome=ruling.outcome,
            certificate=await store.next_certificate(self.unit.connection, self.today.year) if granted else None,
            valid_until=ruling.valid_until,
            hearing_by=ruling.hearing_by,
            timing=self.timing(),
            decision=ruling.decision,
        )
        await self._keep(record, decision)
        if ruling.outcome != "preliminary_refusal":
            act = "grant" if granted else "refuse"
            ruled = after(act, status, decided_on=self.today, valid_until=ruling.valid_until)
            await intake.revise_within(self.unit, STATUSES, record, ruled, self.caller, "decision")
        return decision

    async def _facts(self, record: Record, status: KandasStatus, finding: Finding) -> Facts:
        (file,) = (member for member in self.case.file.members if member.source_id == status.source_id)
        return Facts(
            member=file.member,
            lodged_on=self.case.file.lodged_on,
            documents=file.held,
            citizenship=status.person.citizenship,
            ethnicity_confirmed=finding.ethnicity_confirmed,
            formerly_citizen=finding.formerly_citizen,
            holds_status=await statuses.holds_another(self.unit.connection, record.id),
            heard=self.case.file.hearing is not None,
            pilot_results=self.case.file.results if self.case.file.procedure == "pilot" else None,
        )

    async def _keep(self, record: Record, decision: MemberDecision) -> None:
        body, subject = decision.model_dump_json(), self.caller.subject
        stored = StoredDecision(record.id, self.today, decision.certificate, body, clock.now(), subject)
        await store.keep(self.unit.connection, stored)

    def file_with_hearing(self, rulings: Sequence[MemberDecision]) -> CaseFile:
        """The case file, with the invitation where a refusal was preliminary."""
        by = max((ruling.hearing_by for ruling in rulings if ruling.hearing_by), default=None)
        hearing = Hearing(invited_on=self.today, by=by) if by else self.case.file.hearing
        return self.case.file.model_copy(update={"hearing": hearing})

    def timing(self) -> Timing | None:
        """The deadline and how this day stands to it; None before the documents are complete."""
        return family_case.timing(self.case, self.today)


async def record_hearing(asked: StepRequest, held: HearingHeld) -> Case:
    """Enters that the hearing was held. Raises as `open_case`, Invalid, and Conflict where it was held already."""

    async def act(unit: UnitOfWork) -> Case:
        case = await family_case.open_case(unit, asked, "record_hearing")
        hearing = case.file.hearing
        if hearing is None or hearing.held_on is not None:
            raise Conflict("No hearing is awaited in this case.")
        if not hearing.invited_on <= held.held_on <= clock.today():
            fault = Fault("/held_on", f"Lies before the invitation of {hearing.invited_on} or in the future.")
            raise Invalid("The hearing cannot have been held on that day.", faults=[fault])
        file = case.file.model_copy(update={"hearing": hearing.model_copy(update={"held_on": held.held_on})})
        return family_case.view(await family_case.keep(unit, case, file, asked.caller, "hearing held"))

    return await family_case.perform_on(asked, Case, act)


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
