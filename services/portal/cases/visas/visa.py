"""Visas (P2): issued by a decision or taken over from elsewhere, annulled, and looked up at the border by number."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays.stay_consequence import same_person
from services.portal.cases.stays.stay_registration import on_visas_changed
from services.portal.cases.visas.invitation import keep_decision
from services.portal.cases.visas.invitation_body import Invitation
from services.portal.rules.visas import visa as rules
from services.portal.store.tables import visa as table
from services.portal.store.visas import visa as store
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, NotFound
from shared.events.person import Document, Person
from shared.events.visa import Entries, Visa, VisaCategory, VisaNumber
from shared.events.wire import Date, Flag, SourceId, WireModel
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.kernel.decisions import DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import document_of, person_values
from shared.records.record_type import RecordType, Revision, StoredRecord
from shared.records.state import as_json


def _time(visa: Visa) -> datetime:
    return clock.start_of(visa.annulled_on or visa.issued_on)


def _columns(visa: Visa) -> dict[str, Any]:
    return {"invitation": visa.invitation, **person_values(visa.person)}


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[Visa]]) -> None:
    await on_visas_changed(unit, [entry.fact.number for entry in entries], "the visa came in")


async def _on_revised(unit: UnitOfWork, change: Revision[Visa]) -> None:
    await on_visas_changed(unit, [change.before.number], "the visa changed")


VISAS = RecordType(
    fact=Visa,
    table=table,
    path="visas",
    writers=("migration-police", "consul"),
    readers=("migration-police", "consul"),
    time=_time,
    key=lambda visa: visa.number,
    columns=_columns,
    on_created=_on_created,
    on_revised=_on_revised,
)


class VisaAsked(WireModel):
    """A visa as it is applied for. `stay_days` is the longest stay after each entry: it is not the validity."""

    source_id: SourceId
    person: Person
    category: VisaCategory
    entries: Entries
    electronic: Flag = False
    valid_from: Date
    valid_until: Date
    stay_days: Annotated[int, Field(strict=True, ge=1, le=3_660)] | None = None
    invitation: VisaNumber | None = None
    privilege: rules.Privilege | None = Field(None, description="ground for a longer validity, proven to the officer")


async def issue(engine: AsyncEngine, asked: VisaAsked, caller: Caller, key: IdempotencyKey) -> dict[str, Any]:
    """Decides today by the rules in force; answers with every check and, where it was granted, number and record."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(unit.connection, key, lambda: _issue(unit, asked, caller))
    return answer


async def _issue(unit: UnitOfWork, asked: VisaAsked, caller: Caller) -> dict[str, Any]:
    today = clock.today()
    application = rules.Application(
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
    decision = rules.decide(application, today)
    issued = await _granted(unit, asked, today, caller) if decision.outcome is DecisionOutcome.GRANTED else None
    await keep_decision(unit, issued, "visa", decision, caller)
    number = issued.source_id if issued else None
    return {"id": issued and str(issued.id), "number": number, "decision": decision.as_json()}


async def _invited(unit: UnitOfWork, asked: VisaAsked) -> rules.Invited | None:
    if asked.invitation is None:
        return None
    record = await store.invitation_by_number(unit.connection, asked.invitation)
    if record is None:
        raise NotFound("There is no invitation of that number.")
    invitation = Invitation.read(record.body)
    same = same_person(invitation.person, asked.person)
    return rules.Invited(invitation.category, invitation.stay_until, same, invitation.state == "annulled")


async def _granted(unit: UnitOfWork, asked: VisaAsked, today: date, caller: Caller) -> Record:
    number = await store.next_visa_number(unit.connection, today.year)
    visa = Visa(**{k: v for k, v in dict(asked).items() if k != "privilege"}, number=number, issued_on=today)
    (taken,) = await intake.ingest(unit, VISAS, [visa], [caller])
    await access_log.log_access(unit.connection, caller, "change", VISAS.name, taken.id, visa.person, "visa issued")
    return await records.load(unit.connection, table, taken.id)


async def annul(
    engine: AsyncEngine, id: UUID, *, reason: str, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Ends a visa from today; a stay that began on it goes on. Raises NotFound, VersionMismatch, Conflict."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _annul(unit, id, reason, version, caller)
        )
    return answer


async def _annul(unit: UnitOfWork, id: UUID, reason: str, version: int, caller: Caller) -> dict[str, Any]:
    record = await intake.open_within(unit, VISAS, id, version, caller)
    visa = Visa.read(record.body)
    if visa.state == "annulled":
        raise Conflict("The visa is annulled already.")
    annulled = visa.model_copy(update={"state": "annulled", "annulled_on": clock.today()})
    return as_json(await intake.revise_within(unit, VISAS, record, annulled, caller, reason))


async def decision(engine: AsyncEngine, id: UUID, caller: Caller) -> str | None:
    """The decision that issued a visa, as JSON text; None for one taken over. The reading is logged."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, table, id)
        await intake.log(unit, VISAS, record, Visa.read(record.body), caller, "read", None)
        return await store.decision_on(unit.connection, id)


class LookUp(WireModel):
    """A visa's number, and the document that is shown with it. It stands in the body: addresses are logged."""

    number: VisaNumber
    document: Document | None = None


async def look_up(engine: AsyncEngine, wanted: LookUp, caller: Caller) -> dict[str, Any]:
    """Whether the visa admits today, and why not. It says no more about its holder; the look-up is logged."""
    async with unit_of_work(engine) as unit:
        try:
            record = await records.load_by_source(unit.connection, table, wanted.number)
        except NotFound:
            await access_log.log_search(unit.connection, caller, VISAS.name, [])
            return {"number": wanted.number, "valid": False, "reasons": ["unknown"], "visa": None}
        visa = Visa.read(record.body)
        await access_log.log_search(unit.connection, caller, VISAS.name, [(record.id, visa.person)])
        used = await store.entries_on(unit.connection, wanted.number)
    reasons = ["withdrawn"] if record.withdrawn else _faults(visa, wanted, used)
    return {"number": wanted.number, "valid": not reasons, "reasons": reasons, "visa": _small(visa)}


def _faults(visa: Visa, wanted: LookUp, used: int) -> list[str]:
    same = wanted.document is None or _shown(visa, wanted.document)
    held = rules.Held(visa.entries, visa.valid_from, visa.valid_until, visa.annulled_on, same, used)
    return rules.faults_on(held, clock.today())


def _shown(visa: Visa, document: Document) -> bool:
    return document_of(visa.person) == document_of(visa.person.model_copy(update={"document": document}))


def _small(visa: Visa) -> dict[str, Any]:
    """What an officer at the border needs to know."""
    return visa.model_dump(mode="json", include={"category", "entries", "valid_from", "valid_until", "stay_days"})
