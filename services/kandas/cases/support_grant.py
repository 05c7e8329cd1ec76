"""Support of a settler by the place in a regional quota: granted by the rules, corrected, withdrawn (K4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.rules import support_grant as rules
from services.kandas.rules.rulebook import rulebook
from services.kandas.rules.support_grant import HeldPlace, Terms
from services.kandas.store import support_grant as store
from services.kandas.store.quota_inclusion import lock_persons
from services.kandas.store.tables import quota_inclusion, support_grant
from shared import clock
from shared.db import records
from shared.errors import Conflict, Fault, Invalid, Refused
from shared.events.contradictions import contradiction
from shared.events.kandas import (
    SUPPORT_TERMS,
    ExpectedEmployment,
    Mci,
    Months,
    QuotaInclusion,
    SupportGrant,
    SupportKind,
    Tenge,
)
from shared.events.wire import PastDate, Region, SourceId, WireModel, on
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision
from shared.records.refusal import refusal

_FOLLOWS = "Follows from the inclusion and cannot be corrected: withdraw the grant and decide anew."
_FIXED = ("source_id", "inclusion", "region")


def _time(grant: SupportGrant) -> datetime:
    return clock.start_of(grant.granted_on)


def _columns(grant: SupportGrant) -> dict[str, Any]:
    return {"inclusion": grant.inclusion, "iin": grant.person.iin, "document": document_of(grant.person)}


def _immutable_faults(old: SupportGrant, new: SupportGrant) -> Sequence[Fault]:
    return [Fault(f"/{name}", _FOLLOWS) for name in _FIXED if getattr(old, name) != getattr(new, name)]


async def _decided_anew(unit: UnitOfWork, changes: Sequence[Revision[SupportGrant]]) -> None:
    """Raises Refused where what a correction says could not have been granted."""
    for change in changes:
        if (grant := change.after) is None:
            continue
        inclusion = await _locked(unit.connection, grant.inclusion)
        norms = rulebook().on(grant.granted_on)
        terms = _terms(grant, grant.region)
        await _decide(unit.connection, terms, inclusion, grant, except_for=[change.id])
        faults = []
        if grant.person != inclusion.person:
            faults.append(Fault("/record/person", "Is not the person of the inclusion: correct that one first."))
        if grant.amount != rules.amount(terms, norms):
            faults.append(Fault("/record/amount", "Is not what the terms come to by the index of the day."))
        if faults:
            raise Refused("The correction says what could not have been granted.", name="not-granted", faults=faults)


GRANTS = RecordType(
    fact=SupportGrant,
    table=support_grant,
    path="support-grants",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="granted_on",
    columns=_columns,
    on_revised=_decided_anew,
    immutable_faults=_immutable_faults,
)


class SupportRequest(WireModel):
    """Support asked for by an inclusion, whose person gets it. What is counted in MCI has no `amount` of its own."""

    source_id: SourceId
    inclusion: UUID = Field(description="id of the quota inclusion")
    region: Region = Field(description="region in which the support is asked for")
    kind: SupportKind
    expected_employment: ExpectedEmployment = Field(description="of whoever keeps the family")
    granted_on: PastDate
    mci: Mci | None = None
    months: Months | None = None
    housing_price: Tenge | None = Field(None, description="tenge")
    amount: Tenge | None = Field(None, description="tenge; of a mobility certificate and of other support")

    DAYS = on("granted_on")
    CONTRADICTIONS = (
        *SUPPORT_TERMS,
        contradiction(
            "amount is given for a mobility certificate and for other support, and for nothing else",
            "amount",
            "kind",
            found=lambda amount, kind: (amount is not None) != (kind in ("mobility_certificate", "other")),
        ),
    )


class Granted(Answer):
    """Where the grant is held, what it comes to, and the checks that it passed; `decision` is null where it was decided
    before."""

    id: UUID
    source_id: SourceId
    amount: int = Field(description="tenge")
    decision: Decision | None


async def grant(engine: AsyncEngine, asked: SupportRequest, caller: Caller) -> tuple[Granted, bool]:
    """Decides by the rules of the day of the grant; says whether it is new. Raises NotFound, also of an inclusion out
    of the caller's reach, Invalid, Conflict where the source id holds other content, and Refused with every failed
    check."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, quota_inclusion, asked.inclusion, lock=True)
        inclusion = intake.visible_fact(INCLUSIONS, record, caller)
        if record.withdrawn:
            raise Conflict(intake.withdrawn_detail(record.changed_at))
        terms = _terms(asked, asked.region)
        wanted = _granted(asked, terms, inclusion)
        if faults := _faults(wanted, caller):
            raise Invalid("You cannot hand in this record.", faults=faults)
        await lock_persons(unit.connection, [inclusion.person])
        (taken,) = await intake.ingest(unit, GRANTS, [wanted], [caller])
        if taken.outcome == "conflict":
            raise Conflict(intake.conflict_detail(taken))
        new = taken.outcome == "created"
        decision = await _decide(unit.connection, terms, inclusion, wanted, except_for=[taken.id]) if new else None
    return Granted(id=taken.id, source_id=asked.source_id, amount=wanted.amount, decision=decision), new


def _granted(asked: SupportRequest, terms: Terms, inclusion: QuotaInclusion) -> SupportGrant:
    """As it goes on record, in the region of the inclusion: support elsewhere is refused."""
    said = asked.model_dump() | {
        "person": inclusion.person,
        "region": inclusion.region,
        "amount": rules.amount(terms, rulebook().on(asked.granted_on)),
    }
    return SupportGrant.model_validate(said)


def _faults(wanted: SupportGrant, caller: Caller) -> list[Fault]:
    """Of the person nothing is said: it stands in the inclusion."""
    faults = [fault for fault in GRANTS.refused(wanted, caller) if not fault.pointer.startswith("/person")]
    if wanted.granted_on > clock.today() and not faults:
        faults.append(Fault("/granted_on", "Lies in the future."))
    return faults


def _terms(said: SupportRequest | SupportGrant, region: str) -> Terms:
    return Terms(
        kind=said.kind,
        region=region,
        employment=said.expected_employment,
        mci=said.mci,
        months=said.months,
        housing_price=said.housing_price,
        amount=said.amount,
    )


async def _locked(connection: AsyncConnection, inclusion: UUID) -> QuotaInclusion:
    """The inclusion and its person, for nobody else until the transaction ends."""
    record = await records.load(connection, quota_inclusion, inclusion, lock=True)
    fact = QuotaInclusion.read(record.body)
    await lock_persons(connection, [fact.person])
    return fact


async def _decide(
    connection: AsyncConnection,
    terms: Terms,
    inclusion: QuotaInclusion,
    grant: SupportGrant,
    *,
    except_for: Collection[UUID],
) -> Decision:
    """Raises Refused; the transaction ends with it."""
    until = inclusion.included_on if inclusion.end_reason == "declined" else inclusion.ended_on
    place = HeldPlace(inclusion.kind, inclusion.region, inclusion.included_on, until)
    received = await store.received(connection, grant.inclusion, inclusion.person, except_for=except_for)
    book = rulebook()
    decision = rules.decide(terms, place, received, book.on(grant.granted_on), book.on(inclusion.included_on))
    if decision.outcome is DecisionOutcome.REFUSED:
        raise refusal(decision, "this support")
    return decision
