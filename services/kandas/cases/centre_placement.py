"""A family is placed in a centre: decided on together, a place a person on every day, or none for any (K2)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.centre import CENTRES, places_of
from services.kandas.cases.centre_stay import STAYS, ground_of
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.quota_inclusion import expect_alike
from services.kandas.rules import centre_places
from services.kandas.rules import centre_stay as rules
from services.kandas.rules.centre_stay import Guest
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import centre_stay as store
from services.kandas.store.quota_inclusion import lock_persons
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, Fault, Invalid
from shared.events.centres import Centre, CentreStay
from shared.events.contradictions import not_before, twice
from shared.events.kandas import KandasStatus
from shared.events.wire import ReckonedDate, SourceId, WireModel, during
from shared.identity.callers import Caller
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.record_type import F, RecordType
from shared.records.refusal import refusal


class GuestRequest(WireModel):
    """One member of the family; `status` is the id of the member's kandas status, applied for or granted."""

    source_id: SourceId
    status: UUID


class PlacementRequest(WireModel):
    """A family asks for places in a centre from `since` to `until`, both days included."""

    centre: UUID = Field(description="id of the centre")
    since: ReckonedDate
    until: ReckonedDate
    members: Annotated[tuple[GuestRequest, ...], Field(min_length=1, max_length=50)]

    DAYS = during("since", "until")
    CONTRADICTIONS = (
        twice("every member has a source_id of their own", "members", lambda member: member.source_id, "source_id"),
        twice("every member has a status of their own", "members", lambda member: member.status, "status"),
        not_before("until", "since"),
    )


class PlacedMember(Answer):
    """Where a member's stay is held."""

    source_id: SourceId
    stay_id: UUID


class Placed(Answer):
    """The stays, and the checks that they passed; `decision` is null where all were decided before."""

    members: list[PlacedMember]
    decision: Decision | None


async def place(engine: AsyncEngine, asked: PlacementRequest, caller: Caller) -> tuple[Placed, bool]:
    """Decides on a family by the rules of the first day and gives each member a place; says whether that is new. Raises
    NotFound, also of what is out of the caller's reach, Invalid, Conflict where a source id holds other content, and
    Refused with every failed check.

    Statuses are locked before persons, and these before the centre: ends of statuses lock no centre.
    """
    async with unit_of_work(engine) as unit:
        found = {each: await _opened(unit, STATUSES, each, caller) for each in sorted(m.status for m in asked.members)}
        statuses = [found[member.status] for member in asked.members]
        await lock_persons(unit.connection, [status.person for status in statuses])
        house = await _opened(unit, CENTRES, asked.centre, caller)
        stays = [_stay(asked, *each, house) for each in zip(asked.members, statuses, strict=True)]
        if faults := list(_faults(stays, caller)):
            raise Invalid("You cannot hand in this record.", faults=faults)
        taken = await intake.ingest(unit, STAYS, stays, [caller] * len(stays))
        new = expect_alike(taken)
        decision = await _decide(unit, asked, house, statuses, [each.id for each in taken]) if new else None
    pairs = zip(asked.members, taken, strict=True)
    placed = [PlacedMember(source_id=member.source_id, stay_id=each.id) for member, each in pairs]
    return Placed(members=placed, decision=decision), new


async def _opened(unit: UnitOfWork, kind: RecordType[F], id: UUID, caller: Caller) -> F:
    """The fact, locked. Raises NotFound, also of one out of reach, and Conflict of one that was withdrawn."""
    record: Record = await records.load(unit.connection, kind.table, id, lock=True)
    fact = intake.visible_fact(kind, record, caller)
    if record.withdrawn:
        raise Conflict(intake.withdrawn_detail(record.changed_at))
    return fact


def _stay(asked: PlacementRequest, member: GuestRequest, status: KandasStatus, house: Centre) -> CentreStay:
    return CentreStay(
        source_id=member.source_id,
        centre=asked.centre,
        status=member.status,
        kind=house.kind,
        region=house.region,
        person=status.person,
        state="placed",
        since=asked.since,
        until=asked.until,
    )


def _faults(stays: Sequence[CentreStay], caller: Caller) -> Sequence[Fault]:
    """Of each person at the member, of the days once; of the region nothing is said: it is the centre's."""
    found = [fault for stay in stays for fault in STAYS.refused(stay, caller)]
    days = dict.fromkeys(fault for fault in found if fault.pointer in ("/since", "/until"))
    return list(days)


async def _decide(
    unit: UnitOfWork, asked: PlacementRequest, house: Centre, statuses: Sequence[KandasStatus], ids: Sequence[UUID]
) -> Decision:
    """Raises Refused; the transaction ends with it."""
    connection, stay = unit.connection, rules.Stay(house.kind, asked.since, asked.until)
    guests = [
        Guest(
            ground=ground_of(status),
            housed_since=await store.housed_since(connection, member.status, house.kind, except_for=ids),
            housed=await store.housed(
                connection, member.status, status.person, asked.since, asked.until, except_for=ids
            ),
        )
        for member, status in zip(asked.members, statuses, strict=True)
    ]
    taken = await store.changes(connection, asked.centre, asked.since, except_for=ids)
    places = centre_places.spans(places_of(house), taken, asked.since)
    decision = rules.decide(stay, guests, places, rulebook().on(asked.since))
    if decision.outcome is DecisionOutcome.REFUSED:
        raise refusal(decision, "this stay")
    return decision
