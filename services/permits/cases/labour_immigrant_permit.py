"""Permits at private households: what a decision would be, the permit issued, and extended (L4).

Decision and `:check` go through the same judgement. Asked beforehand nothing of the application is kept, and nothing is
locked: another may take the place in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.entry_ban import barred
from services.permits.cases.labour_immigrant import (
    APPLICATIONS,
    FILES,
    AdvanceTax,
    Extension,
    ExtensionDecision,
    HouseholdApplication,
    HouseholdFile,
    HouseholdFileState,
    drafted,
    expect_plausible,
)
from services.permits.cases.quota import take_effect
from services.permits.cases.work_permit import PERMITS, issue_alone
from services.permits.rules import labour_immigrant as rule
from services.permits.rules.quota import Pool
from services.permits.rules.rulebook import rulebook
from services.permits.store import labour_immigrant as store
from services.permits.store import quota, tables
from services.permits.store.tables import labour_immigrant_application as applications
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db import records
from shared.db.identifiers import new_id
from shared.errors import Conflict, Fault, Refused
from shared.events.permits import WorkPermit
from shared.identity.callers import Caller
from shared.identity.scope import expect_reach
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.files import step_file
from shared.records.step import StepRequest


class HouseholdCheck(BaseModel):
    """What a decision of today would be, check by check; what the migration police will answer is unknown."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class JudgedHousehold:
    """The decision, what was asked, and the pools that a place is taken of."""

    decision: Decision
    facts: rule.Asked
    pools: Sequence[Pool]


async def decide(asked: StepRequest) -> HouseholdFileState:
    """Puts the application to the rules in force today; granted, the permit is issued. Raises as `step_file`, and
    Refused where the tax payment was used before."""

    async def change(unit: UnitOfWork, file: HouseholdFile) -> tuple[HouseholdFile, str]:
        today = clock.today()
        judged = await _judge(unit, asked.id, file, today, binding=True)
        decision, slots = judged.decision, [judged.facts.slot]
        if decision.outcome is not DecisionOutcome.GRANTED:
            return file.model_copy(update={"status": "refused", "decision": decision}), "decision: refused"
        await _expect_unspent(unit, file.application.advance_tax, asked.id)
        permit = new_id()
        await quota.reserve(unit.connection, asked.id, today.year, slots, [permit], covering=len(judged.pools))
        await quota.use(unit.connection, asked.id)
        await _issue(unit, asked, file, permit, judged.facts.span)
        return file.model_copy(update={"status": "issued", "decision": decision, "permit": permit}), "permit issued"

    await take_effect(asked.engine)  # of the year's quota the version of today counts
    return await step_file(asked, FILES, "decide", change)


async def check(engine: AsyncEngine, application: HouseholdApplication, caller: Caller) -> HouseholdCheck:
    """The answer that `decide` would give today; nothing of the application is kept. Raises as `submit`, but that a
    source id may hold another, and Refused where the tax payment was used before. That it was asked is logged for the
    worker and the householder, of whom the answer tells."""
    expect_reach(caller, APPLICATIONS, application)
    expect_plausible({"": application}, application.family)
    await take_effect(engine)
    async with unit_of_work(engine) as unit:
        today = clock.today()
        judged = await _judge(unit, new_id(), drafted(application, today), today, binding=False)
        spent = await store.is_spent(unit.connection, application.advance_tax.reference)
        told_of = application.person, Subject.beside(application.household_iin)
        name = f"check:{application.source_id}"
        await access_log.log_versions(unit.connection, caller, "read", applications.name, name, told_of)
    if spent and judged.decision.outcome is DecisionOutcome.GRANTED:
        raise _spent()
    return HouseholdCheck(decision=judged.decision)


async def _judge(unit: UnitOfWork, id: UUID, file: HouseholdFile, today: date, *, binding: bool) -> JudgedHousehold:
    """By the norms in force today. Binding, household and pools are locked until the transaction ends."""
    application = file.application
    facts = await _facts(unit, id, file, lock=binding)
    if binding:
        pools = await quota.lock_covering(unit.connection, today.year, [facts.slot])
    else:
        pools = [pool for pool in await quota.pools(unit.connection, today.year) if pool.covers(facts.slot)]
    banned = await barred(unit, [(application.person, max(application.valid_from, today))])
    return JudgedHousehold(rule.decide(facts, pools, banned, rulebook(), rulebook().on(today)), facts, pools)


async def extend(asked: StepRequest, extension: Extension) -> HouseholdFileState:
    """Puts an extension to the rules in force today; the last of `extensions` says what became of it. Raises as
    `step_file`, Refused where the tax payment was used before, Conflict where the permit was revoked. Granted in a year
    of whose quota the permit has no place, it takes one."""

    async def change(unit: UnitOfWork, file: HouseholdFile) -> tuple[HouseholdFile, str]:
        today = clock.today()
        facts = await _facts(unit, asked.id, file, extension)
        record = await records.load(unit.connection, tables.work_permit, _issued(file), lock=True)
        permit = WorkPermit.read(record.body)
        if permit.status == "revoked":
            raise Conflict("The permit is revoked already.")
        # of the worker as corrected since, and of the permit as it is
        suspended = permit.suspended_on is not None
        has_place = await quota.holds_place(unit.connection, today.year, record.id, [asked.id])
        facts = replace(facts, citizenship=permit.person.citizenship, suspended=suspended, has_place=has_place)
        pools = [] if has_place else await quota.lock_covering(unit.connection, today.year, [facts.slot])
        banned = await barred(unit, [(permit.person, today)])
        decision = rule.decide_extension(facts, pools, banned, rulebook(), rulebook().on(today))
        decided = ExtensionDecision(**dict(extension), decision=decision)
        update: dict[str, Any] = {"extensions": (*file.extensions, decided)}
        if decision.outcome is DecisionOutcome.GRANTED:
            await _expect_unspent(unit, extension.advance_tax, asked.id)
            if not has_place:
                place = quota.extension_place_id(record.id, today.year)
                await quota.reserve(unit.connection, asked.id, today.year, [facts.slot], [place], covering=len(pools))
                await quota.use(unit.connection, asked.id)
            longer = permit.model_copy(update={"valid_until": facts.span.last})
            await intake.revise_within(unit, PERMITS, record, longer, asked.caller, "extended")
            update["months"] = file.months + extension.months
        return file.model_copy(update=update), f"extension: {decision.outcome}"

    await take_effect(asked.engine)  # of the year's quota the version of today counts
    return await step_file(asked, FILES, "extend", change)


async def give_back_extensions(unit: UnitOfWork, permit: UUID, ended_on: date) -> None:
    """The places of extensions that had not begun when a household's permit ended go back; the permit is locked."""
    found = await store.of_permits(unit.connection, [permit])
    for record in found.values():
        file = HouseholdFile.read(record.body)
        granted = [
            (each.decision.day.year, each.months)
            for each in file.extensions
            if each.decision.outcome is DecisionOutcome.GRANTED
        ]
        years = rule.years_not_begun(file.application.valid_from, file.months, granted, ended_on)
        await quota.give_back_places(unit.connection, [quota.extension_place_id(permit, year) for year in years])


async def _facts(
    unit: UnitOfWork, id: UUID, file: HouseholdFile, extension: Extension | None = None, *, lock: bool = True
) -> rule.Asked:
    """What the rules see, with the household locked if asked."""
    application = file.application
    if lock:
        await store.lock_household(unit.connection, application.household_iin)
    others = await store.permits_of(unit.connection, application.household_iin, id)
    tax = (extension or application).advance_tax
    return rule.Asked(
        application.person.citizenship,
        application.region,
        application.valid_from,
        (extension or application).months,
        rule.Tax(tax.paid_on, tax.tenge),
        await store.is_registered(unit.connection, application.person),
        file.police.objects if file.police else None,
        [rule.Span(*held) for held in others],
        file.months if extension else 0,
    )


def _issued(file: HouseholdFile) -> UUID:
    if file.permit is None:
        raise ValueError("an issued application has its permit")
    return file.permit


async def _expect_unspent(unit: UnitOfWork, tax: AdvanceTax, application: UUID) -> None:
    if not await store.spend(unit.connection, tax.reference, application):
        raise _spent()


def _spent() -> Refused:
    fault = Fault("/advance_tax/reference", "This payment has settled another application or extension.")
    return Refused("The advance tax is not paid.", name="fee-not-settled", faults=[fault])


async def _issue(unit: UnitOfWork, asked: StepRequest, file: HouseholdFile, id: UUID, span: rule.Span) -> None:
    application = file.application
    permit = WorkPermit(
        source_id=str(id),
        kind="labour_immigrant",
        status="issued",
        person=application.person,
        region=application.region,
        activity=rule.HOUSEHOLDS,
        occupation=application.occupation,
        qualified=False,
        issued_on=clock.today(),
        valid_from=span.first,
        valid_until=span.last,
    )
    await issue_alone(unit, asked, permit, id)
