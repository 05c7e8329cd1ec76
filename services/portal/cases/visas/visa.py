"""Visas (P2): issued by a decision or taken over from elsewhere, annulled, and looked up at the border by number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays.stay_consequence import same_person
from services.portal.cases.stays.stay_registration import on_visas_changed
from services.portal.cases.visas.invitation import Annulment, Issued, decision_on, keep_decision
from services.portal.cases.visas.invitation_body import Invitation
from services.portal.rules.rulebook import rulebook
from services.portal.rules.visas import visa as rules
from services.portal.store.tables import visa as table
from services.portal.store.visas import visa as store
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, Fault, NotFound
from shared.events.person import DocumentKey, Person
from shared.events.visa import Entries, Visa, VisaCategory, VisaNumber
from shared.events.wire import Date, Flag, Mission, ReckonedDate, SourceId, WireModel
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_reach, reaches
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.people import person_values, same_document
from shared.records.record_type import RecordType, Revision, StoredRecord
from shared.records.state import RecordState
from shared.records.step import StepRequest, perform, step


def _time(visa: Visa) -> datetime:
    return clock.start_of(visa.annulled_on or visa.issued_on)


def _columns(visa: Visa) -> dict[str, Any]:
    return {"invitation": visa.invitation, **person_values(visa.person)}


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[Visa]]) -> None:
    await on_visas_changed(unit, [entry.fact.number for entry in entries], "the visa came in")


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[Visa]]) -> None:
    await on_visas_changed(unit, [change.before.number for change in changes], "the visa changed")


def _submission_faults(visa: Visa, _caller: Caller) -> list[Fault]:
    """What was issued elsewhere is held to the limits of its category on the day of issue."""
    as_issued = rules.Application(
        visa.category, visa.entries, visa.valid_from, visa.valid_until, visa.stay_days, visa.electronic
    )
    beyond = rules.beyond_limits(as_issued, rulebook().on(visa.issued_on))
    return [Fault(f"/{member}", found) for member, found in beyond.items()]


VISAS = RecordType(
    fact=Visa,
    table=table,
    path="visas",
    writers=("migration-police", "consul"),
    readers=("migration-police", "consul"),
    scope=belongs_to(
        mission="mission",
        everywhere_for={"migration-police": "police annul and extend visas of whoever is in the country (V1600014531)"},
    ),
    time=_time,
    day="issued_on",
    key=lambda visa: visa.number,
    columns=_columns,
    on_created=_on_created,
    on_revised=_on_revised,
    submission_faults=_submission_faults,
)


class VisaAsked(WireModel):
    """A visa as it is applied for. `stay_days` is the longest stay after each entry: it is not the validity."""

    source_id: SourceId
    person: Person
    category: VisaCategory
    entries: Entries
    electronic: Flag = False
    valid_from: ReckonedDate
    valid_until: Date
    stay_days: Annotated[int, Field(strict=True, ge=1, le=3_660)] | None = None
    invitation: VisaNumber | None = None
    mission: Mission | None = Field(None, description="the mission that issues it; if not given, the token's")
    privilege: rules.Privilege | None = Field(None, description="ground for a longer validity, proven to the officer")


async def issue(engine: AsyncEngine, asked: VisaAsked, caller: Caller, key: IdempotencyKey) -> Issued:
    """Decides today by the rules in force; answers with every check and, where it was granted, number and record.
    Raises Forbidden for another mission's."""
    if asked.mission is None and not reaches(caller, VISAS.scope, asked):
        asked = asked.model_copy(update={"mission": caller.agency})
    expect_reach(caller, VISAS.scope, asked)
    plausibility.expect(asked)

    async def act(unit: UnitOfWork) -> Issued:
        decision = rules.decide(await _application(unit, asked), rulebook().on(clock.today()))
        record = await _grant(unit, asked, caller) if decision.outcome is DecisionOutcome.GRANTED else None
        await keep_decision(unit, record, "visa", decision, caller)
        return Issued(id=record and record.id, number=record and record.source_id, decision=decision)

    return await perform(engine, key, Issued, act)


async def _application(unit: UnitOfWork, asked: VisaAsked) -> rules.Application:
    return rules.Application(
        asked.category,
        asked.entries,
        asked.valid_from,
        asked.valid_until,
        asked.stay_days,
        asked.electronic,
        asked.person.citizenship,
        asked.privilege,
        await _invited(unit, asked),
    )


async def _invited(unit: UnitOfWork, asked: VisaAsked) -> rules.Invited | None:
    if asked.invitation is None:
        return None
    record = await store.invitation_by_number(unit.connection, asked.invitation)
    if record is None:
        raise NotFound("There is no invitation of that number.")
    invitation = Invitation.read(record.body)
    same = same_person(invitation.person, asked.person)
    return rules.Invited(
        invitation.category,
        invitation.stay_from,
        invitation.stay_until,
        same,
        invitation.state == "annulled",
        await store.is_used(unit.connection, asked.invitation),
    )


async def _grant(unit: UnitOfWork, asked: VisaAsked, caller: Caller) -> Record:
    today = clock.today()
    number = await store.next_visa_number(unit.connection, today.year)
    visa = Visa(**{k: v for k, v in dict(asked).items() if k != "privilege"}, number=number, issued_on=today)
    (submitted,) = await intake.ingest(unit, VISAS, [visa], [caller])
    return await records.load(unit.connection, table, submitted.id)


async def annul(asked: StepRequest, annulment: Annulment) -> RecordState[Visa]:
    """Ends a visa from today; a stay that began on it goes on. Raises as `step`, Conflict where it is annulled
    already."""

    async def change(_unit: UnitOfWork, visa: Visa) -> Visa:
        if visa.state == "annulled":
            raise Conflict("The visa is annulled already.")
        return visa.model_copy(update={"state": "annulled", "annulled_on": clock.today()})

    return await step(asked, VISAS, change, reason=annulment.reason)


async def decision(engine: AsyncEngine, id: UUID, caller: Caller) -> Decision | None:
    """The decision that issued a visa; None for one taken over. The reading is logged."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, table, id)
        await intake.log(unit, VISAS, record, intake.visible_fact(VISAS, record, caller), caller, "read", None)
        return await decision_on(unit, id)


class LookUp(WireModel):
    """A visa's number, and the document that is shown with it. It stands in the body: addresses are logged."""

    number: VisaNumber
    document: DocumentKey | None = None


class VisaInBrief(BaseModel):
    """What the border needs to know of a visa."""

    category: VisaCategory
    entries: Entries
    valid_from: Date
    valid_until: Date
    stay_days: int | None


class VisaLookedUp(BaseModel):
    """Whether a visa admits today, and if not, why."""

    number: VisaNumber
    valid: bool
    reasons: list[Literal["unknown", "withdrawn", "annulled", "not-yet-valid", "expired", "used-up", "another-person"]]
    visa: VisaInBrief | None


async def look_up(engine: AsyncEngine, asked: LookUp, caller: Caller) -> VisaLookedUp:
    """Whether the visa admits today, and why not. It says no more about its holder; the look-up is logged."""
    shown = access_log.Subject.holding(asked.document)
    async with unit_of_work(engine) as unit:
        try:
            record = await records.load_by_source(unit.connection, table, asked.number)
        except NotFound:
            await access_log.log_search(unit.connection, caller, VISAS.name, [], wanted=shown)
            return VisaLookedUp(number=asked.number, valid=False, reasons=["unknown"], visa=None)
        visa = Visa.read(record.body)
        await access_log.log_search(unit.connection, caller, VISAS.name, [(record.id, visa.person)], wanted=shown)
        used = await store.entries_on(unit.connection, asked.number)
    reasons = ["withdrawn"] if record.withdrawn else _faults(visa, asked, used)
    brief = VisaInBrief.model_validate(visa, from_attributes=True)
    return VisaLookedUp.model_validate(
        {"number": asked.number, "valid": not reasons, "reasons": reasons, "visa": brief}
    )


def _faults(visa: Visa, asked: LookUp, used: int) -> list[str]:
    same = asked.document is None or same_document(visa.person.document, asked.document)
    held = rules.VisaAtBorder(visa.entries, visa.valid_from, visa.valid_until, visa.annulled_on, same, used)
    return rules.faults_on(held, clock.today())
