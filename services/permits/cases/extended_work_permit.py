"""Extended permits: an extension is judged as the permit was, paid for, and the permit holds longer (L3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.application_check import fee_due, judge
from services.permits.cases.entry_ban import barred
from services.permits.cases.fee import FeeDue, FeeSetting, Payment, expect_right, expect_unspent, fee_set
from services.permits.cases.lapse_run import CLOCK, lapse
from services.permits.cases.quota import take_effect
from services.permits.cases.work_permit import PERMITS, expect_none_barred
from services.permits.cases.work_permit_application import (
    ApplicationFile,
    drafted,
    file_of,
)
from services.permits.cases.work_permit_extension import (
    FILES,
    PermitExtension,
    PermitExtensionFile,
    PermitExtensionState,
    drafted_extension,
    fact_of,
    permit_for,
    permit_of,
)
from services.permits.cases.work_permit_state import state_of
from services.permits.rules import work_permit_extension as rule
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_application import Known
from services.permits.store import quota, tables
from services.permits.store import work_permit_extension as store
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.identifiers import new_id
from shared.db.records import Record
from shared.errors import Conflict
from shared.identity.callers import Caller
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.files import step_file
from shared.records.step import StepRequest


class PermitExtensionCheck(BaseModel):
    """What a decision of today on an extension would be. `fee` is none where none is due or the decision refuses."""

    decision: Decision
    fee: FeeDue | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The decision, the fee of what it grants, the pools and the places that it takes of them."""

    decision: Decision
    fee: FeeDue | None
    pools: Sequence[Pool]
    takes: Sequence[QuotaSlot]


async def decide(asked: StepRequest) -> PermitExtensionState:
    """Puts the extension to the rules in force today. Granted, a place is reserved and the fee falls due; where none is
    due, the permit is extended. Raises as `step_file`."""

    async def change(unit: UnitOfWork, file: PermitExtensionFile) -> tuple[PermitExtensionFile, str]:
        return await _decide(unit, asked, file, await permit_of(unit, file, lock=True))

    await take_effect(asked.engine)  # of the year's quota the version of today counts
    await lapse(asked.engine, asked.caller)  # whoever did not pay must not stand in the way of who applies now
    return await step_file(asked, FILES, "decide", change)


async def _decide(
    unit: UnitOfWork, asked: StepRequest, file: PermitExtensionFile, record: Record
) -> tuple[PermitExtensionFile, str]:
    judged = await _judge(unit, file, record, binding=True)
    said = f"decision: {judged.decision.outcome}"
    decided: dict[str, Any] = {"decision": judged.decision, "status": "refused"}
    if judged.decision.outcome is not DecisionOutcome.GRANTED:
        return file.model_copy(update=decided), said
    granted = file.model_copy(update=decided | {"status": "granted", "fee": judged.fee})
    if judged.takes:
        ids, covering = [new_id() for _ in judged.takes], len(judged.pools)
        await quota.reserve(unit.connection, asked.id, clock.today().year, judged.takes, ids, covering)
    if granted.fee is None:
        return await _extend(unit, asked, granted, record)
    return granted, said


async def check(engine: AsyncEngine, asked: PermitExtension, caller: Caller) -> PermitExtensionCheck:
    """The answer that `decide` would give to an extension asked for today; nothing of it is kept. Raises as `submit`,
    but that another may be asked for."""
    plausibility.expect(asked)
    await take_effect(engine)
    await lapse(engine, CLOCK)
    async with unit_of_work(engine) as unit:
        record = await permit_for(unit, asked.permit_id, caller)
        file = drafted_extension(asked, fact_of(record), clock.today())
        judged = await _judge(unit, file, record, binding=False)
        name, person = f"{file.employer_bin}:{asked.source_id}", fact_of(record).person
        await access_log.log_versions(
            unit.connection, caller, "read", tables.work_permit_extension.name, name, [person]
        )
    return PermitExtensionCheck(decision=judged.decision, fee=judged.fee)


async def _judge(unit: UnitOfWork, file: PermitExtensionFile, record: Record, *, binding: bool) -> _Judged:
    """By the norms in force today."""
    today, permit = clock.today(), fact_of(record)
    norms = rulebook().on(today)
    draft = await _as_application(unit, file, record, today)
    judged = await judge(unit, draft, today, Known(), binding=binding, extends=record.id)
    before = await store.extended(unit.connection, record.id)
    has_place = await quota.holds_place(unit.connection, today.year, record.id, before)
    facts = rule.ExtensionAsked(
        permit.kind,
        permit.category,
        state_of(permit, today),
        permit.valid_until,
        file.application.valid_until,
        file.submitted_on,
        len(before),
        has_place,
    )
    decision = rule.decide(facts, judged.decision.checks, norms)
    granted = decision.outcome is DecisionOutcome.GRANTED
    takes = draft.asked.places if judged.pools and not has_place else []
    return _Judged(decision, fee_due(draft, norms) if granted else None, judged.pools, takes)


async def _as_application(unit: UnitOfWork, file: PermitExtensionFile, record: Record, today: date) -> ApplicationFile:
    """The extension as the rules see an application: the worker as first asked for, as corrected since, for the days
    and the wage of the extension. Raises Conflict for a permit that was not applied for here."""
    permit, first = fact_of(record), await store.application_of(unit.connection, record.id)
    if first is None:
        raise Conflict("Only permits that an employer applied for are extended here.")
    origin = file_of(await records.load(unit.connection, tables.work_permit_application, first))
    worker = origin.application.workers[origin.permits.index(record.id)].model_copy(
        update={
            "person": permit.person,
            "occupation": permit.occupation,
            "wage": file.application.wage,
            "valid_from": file.valid_from,
            "valid_until": file.application.valid_until,
        }
    )
    application = origin.application.model_copy(update={"workers": [worker]})
    draft = await drafted(unit, application, today)
    return draft.model_copy(update={"activity": permit.activity, "submitted_on": file.submitted_on})


async def set_fee(asked: StepRequest, setting: FeeSetting) -> PermitExtensionState:
    """Says what is due where the rulebook does not. Raises as `step_file`, and Conflict where the fee is known."""

    async def change(_unit: UnitOfWork, file: PermitExtensionFile) -> tuple[PermitExtensionFile, str]:
        return file.model_copy(update={"fee": fee_set(file.fee, setting)}), setting.reason

    return await step_file(asked, FILES, "set_fee", change)


async def pay(asked: StepRequest, payment: Payment) -> PermitExtensionState:
    """Takes the fee and extends the permit, in one transaction. Raises as `step_file`,
    Refused for a payment that does not settle the fee or a worker who was barred since, Conflict where the permit does
    not hold any more."""

    async def change(unit: UnitOfWork, file: PermitExtensionFile) -> tuple[PermitExtensionFile, str]:
        permit = await permit_of(unit, file, lock=True)
        expect_right(payment, file.fee)
        await expect_unspent(unit, payment, asked.id)
        expect_none_barred(await barred(unit, [(fact_of(permit).person, file.valid_from)]))
        return await _extend(unit, asked, file.model_copy(update={"payment": payment}), permit)

    return await step_file(asked, FILES, "pay", change)


async def _extend(
    unit: UnitOfWork, asked: StepRequest, file: PermitExtensionFile, record: Record
) -> tuple[PermitExtensionFile, str]:
    """The permit's next version with its event and the place used, with the application done."""
    permit = fact_of(record)
    if (state := state_of(permit, clock.today())) != "issued":
        raise Conflict(f"The permit is {state}: it cannot be extended any more.")
    longer = permit.model_copy(update={"valid_until": file.application.valid_until})
    await intake.revise_within(unit, PERMITS, record, longer, asked.caller, "extended")
    await quota.use(unit.connection, asked.id)
    return file.model_copy(update={"status": "extended"}), "permit extended"
