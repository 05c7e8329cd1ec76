"""Work permits: decided, paid for, issued, corrected (L3). What becomes of them is in work_permit_state."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.permits.cases.application_check import barred_among, judge, market_answers
from services.permits.cases.fee import FeeSetting, Payment, expect_right, expect_unspent, fee_set
from services.permits.cases.lapse_run import lapse
from services.permits.cases.quota import take_effect
from services.permits.cases.work_permit_application import (
    FILES,
    ApplicationFile,
    FileState,
    peek,
)
from services.permits.cases.worker import Worker
from services.permits.labour_market.port import LabourMarket
from services.permits.rules import entry_ban as entry_ban_rule
from services.permits.rules import work_permit as rule
from services.permits.rules.entry_ban import Barred
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_application import Known
from services.permits.store import quota, tables
from shared import clock
from shared.db import records
from shared.db.identifiers import new_id
from shared.db.records import Submission
from shared.errors import Conflict, Fault, Refused
from shared.events.envelope import Event
from shared.events.permits import WorkPermit
from shared.identity.scope import belongs_to
from shared.kernel.calendar import add_days
from shared.kernel.decisions import CheckOutcome, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.files import step_file
from shared.records.record_type import RecordType, Revision
from shared.records.step import StepRequest

_DECIDED = "Was decided and cannot be corrected: revoke the permit instead."
_OTHER_EMPLOYER = (
    "A permit holds for one employer: revoke it, and let the new employer apply for a permit of its own for the worker."
)
SUBJECT_TO_CORRECTION = {"person", "occupation"}


def _time(permit: WorkPermit) -> datetime:
    return clock.start_of(permit.ended_on or permit.issued_on)


def _columns(permit: WorkPermit) -> dict[str, Any]:
    """Who may be counted among the employer's foreigners, and until when."""
    until = add_days(permit.ended_on, -1) if permit.ended_on else permit.valid_until
    return {
        "employer_bin": permit.employer_bin,
        "kind": permit.kind,
        "category": permit.category,
        "holds_from": permit.valid_from,
        "holds_until": until,
    }


def _immutable_faults(old: WorkPermit, new: WorkPermit) -> Sequence[Fault]:
    """A correction mends who the worker is; everything else was decided."""
    decided = old.model_dump(exclude=SUBJECT_TO_CORRECTION), new.model_dump(exclude=SUBJECT_TO_CORRECTION)
    changed = [name for name in decided[0] if decided[0][name] != decided[1][name]]
    return [Fault(f"/{name}", _OTHER_EMPLOYER if name == "employer_bin" else _DECIDED) for name in changed]


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[WorkPermit]]) -> None:
    """The places of what was taken over by mistake go back. Raises Conflict where a permit of the procedure would be
    withdrawn."""
    for change in changes:
        if change.after is None:
            if change.before.source_id == str(change.id):  # as the procedure numbers its own
                raise Conflict("The permit was issued by the procedure: revoke it instead.")
            await quota.give_back(unit.connection, change.id, change.before.further_regions)


PERMITS = RecordType(
    fact=WorkPermit,
    table=tables.work_permit,
    path="work-permits",
    writers=("permits-officer",),
    readers=("permits-officer", "employer"),
    scope=belongs_to(region="region", employer="employer_bin", shown_to={"region": "further_regions"}),
    time=_time,
    day="issued_on",
    columns=_columns,
    immutable_faults=_immutable_faults,
    on_revised=_on_revised,
)


async def issue_alone(unit: UnitOfWork, asked: StepRequest, permit: WorkPermit, id: UUID) -> None:
    """A permit that no employer has applied for, on record with its event."""
    columns = {"application_id": None, **PERMITS.columns(permit)}
    submission = Submission(permit.source_id, permit, asked.caller.subject, columns, id)
    await records.submit(unit.connection, tables.work_permit, [submission])
    unit.emit(Event.of(permit, permit.source_id, 1, PERMITS.time(permit)))


async def decide(asked: StepRequest, market: LabourMarket) -> FileState:
    """Puts the application to the rules in force today. Granted, its places are reserved and the fee falls due; where
    none is due, the permits are issued. Raises as `step_file`."""

    async def change(unit: UnitOfWork, file: ApplicationFile) -> tuple[ApplicationFile, str]:
        return await _decide(unit, asked, file, known, clock.today())

    seen = await peek(asked)
    known = await market_answers(market, seen.application, clock.today()) if seen.status == "submitted" else Known()
    await take_effect(asked.engine)  # of the year's quota the version of today counts
    await lapse(asked.engine, asked.caller)  # whoever did not pay must not stand in the way of who applies now
    return await step_file(asked, FILES, "decide", change)


async def _decide(
    unit: UnitOfWork, asked: StepRequest, file: ApplicationFile, known: Known, today: date
) -> tuple[ApplicationFile, str]:
    judged, facts = await judge(unit, file, today, known, binding=True), file.asked
    decided: dict[str, Any] = {"decision": judged.decision, "status": "refused"}
    if judged.decision.outcome is DecisionOutcome.GRANTED:
        decided |= {"status": "granted", "permits": tuple(new_id() for _ in facts.workers), "fee": judged.fee}
    decided_file = file.model_copy(update=decided)
    if judged.pools and decided_file.permits:
        further = file.application.further_regions
        ids = [id for permit in decided_file.permits for id in quota.place_ids(permit, further)]
        await quota.reserve(unit.connection, asked.id, today.year, facts.places, ids, covering=len(judged.pools))
    if decided_file.permits and decided_file.fee is None:
        return await _issue(unit, asked, decided_file, today)
    return decided_file, f"decision: {judged.decision.outcome}"


async def set_fee(asked: StepRequest, setting: FeeSetting) -> FileState:
    """Says what is due where the rulebook does not. Raises as `step_file`, and Conflict where the fee is known."""

    async def change(_unit: UnitOfWork, file: ApplicationFile) -> tuple[ApplicationFile, str]:
        return file.model_copy(update={"fee": fee_set(file.fee, setting)}), setting.reason

    return await step_file(asked, FILES, "set_fee", change)


async def pay(asked: StepRequest, payment: Payment) -> FileState:
    """Takes the fee and issues the permits, in one transaction. Raises as `step_file`, and Refused for a late or wrong
    payment, or one that has settled another application."""

    async def change(unit: UnitOfWork, file: ApplicationFile) -> tuple[ApplicationFile, str]:
        expect_right(payment, file.fee)
        await expect_unspent(unit, payment, asked.id)
        expect_none_barred(await barred_among(unit, file, clock.today()))
        return await _issue(unit, asked, file.model_copy(update={"payment": payment}), clock.today())

    return await step_file(asked, FILES, "pay", change)


def expect_none_barred(barred: Sequence[Barred]) -> None:
    """A ban may have been imposed since the decision. Raises Refused."""
    check = entry_ban_rule.check(barred, rulebook().on(clock.today()))
    if check.outcome is CheckOutcome.FAILED:
        fault = Fault("", f"{check.rule} {check.version}: {check.explanation}; {check.remedy}")
        raise Refused("A worker was barred from entry after the decision.", name="barred-from-entry", faults=[fault])


async def _issue(
    unit: UnitOfWork, asked: StepRequest, file: ApplicationFile, today: date
) -> tuple[ApplicationFile, str]:
    """The permits, their events and their places used, with the application issued."""
    permits = [
        _permit(file, id, worker, today) for id, worker in zip(file.permits, file.application.workers, strict=True)
    ]
    submissions = [
        Submission(
            permit.source_id,
            permit,
            asked.caller.subject,
            {"application_id": asked.id, **_columns(permit)},
            UUID(permit.source_id),
        )
        for permit in permits
    ]
    await records.submit(unit.connection, tables.work_permit, submissions)
    await quota.use(unit.connection, asked.id)
    unit.emit(*(Event.of(permit, permit.source_id, 1, _time(permit)) for permit in permits))
    return file.model_copy(update={"status": "issued"}), "permits issued"


def _permit(file: ApplicationFile, id: UUID, worker: Worker, issued_on: date) -> WorkPermit:
    asked = file.application
    return WorkPermit(
        source_id=str(id),
        kind=asked.kind,
        category=worker.category,
        status="issued",
        person=worker.person,
        employer_bin=asked.employer_bin,
        region=asked.region,
        activity=file.activity,
        occupation=worker.occupation,
        qualified=rule.is_qualified(worker.category),
        issued_on=issued_on,
        valid_from=rule.holds_from(worker.valid_from, issued_on),
        valid_until=worker.valid_until,
        further_regions=asked.further_regions,
    )
