"""Inclusion in a regional quota: a family decided on together, a place a person; ended by leaving or declining (K3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.regional_quota import take_effect
from services.kandas.rules import quota_inclusion as rules
from services.kandas.rules.quota_inclusion import Settler
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import adaptation_course
from services.kandas.store import quota_inclusion as store
from services.kandas.store import regional_quota as quota
from services.kandas.store.tables import quota_inclusion
from shared import clock
from shared.db.records import SubmitResult
from shared.errors import Conflict, Fault, Invalid, Refused
from shared.events.contradictions import twice
from shared.events.kandas import Competence, Education, QuotaInclusion, SettlerKind
from shared.events.person import Person
from shared.events.wire import Country, Date, Flag, PastDate, Region, SourceId, Text, WireModel, on
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision
from shared.records.refusal import refusal
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

_DECIDED = "Was decided and cannot be corrected: end the inclusion and decide anew."
_HELD = "Holds a place in a regional quota already."
SUBJECT_TO_CORRECTION = {"person", "programme", "competence"}


def _time(inclusion: QuotaInclusion) -> datetime:
    return clock.start_of(inclusion.ended_on or inclusion.included_on)


def _columns(inclusion: QuotaInclusion) -> dict[str, Any]:
    person = inclusion.person
    return {"state": inclusion.state, "iin": person.iin, "document": document_of(person)}


def _immutable_faults(old: QuotaInclusion, new: QuotaInclusion) -> Sequence[Fault]:
    """A correction mends who the person is, programme and competence; everything else was decided."""
    decided = old.model_dump(exclude=SUBJECT_TO_CORRECTION), new.model_dump(exclude=SUBJECT_TO_CORRECTION)
    return [Fault(f"/{name}", _DECIDED) for name in decided[0] if decided[0][name] != decided[1][name]]


async def _one_place_each(unit: UnitOfWork, changes: Sequence[Revision[QuotaInclusion]]) -> None:
    """Raises Refused where a correction makes somebody the holder of two places."""
    named = [(each.id, each.after) for each in changes if each.after and each.after.state == "included"]
    await store.lock_persons(unit.connection, [after.person for _, after in named])
    for id, after in named:
        if await store.holding(unit.connection, after.person, except_for=[id]):
            fault = Fault("/record/person", _HELD)
            raise Refused("One person has one place in the regional quotas.", name="place-held", faults=[fault])


INCLUSIONS = RecordType(
    fact=QuotaInclusion,
    table=quota_inclusion,
    path="quota-inclusions",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="included_on",
    columns=_columns,
    on_revised=_one_place_each,
    immutable_faults=_immutable_faults,
)

TRANSITIONS = {"end": ("included", "ended", "Only an inclusion that holds can end")}
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


class SettlerRequest(WireModel):
    """One member of the family. `education` and `other_legal_system` (of the country of origin) say whether a kandas
    must have passed the adaptation course, which stands in a record of its own (adaptation_course); programme and
    competence are kept, and decide nothing."""

    source_id: SourceId
    person: Person
    country_of_origin: Country | None = None
    region_of_origin: Region | None = None
    education: Education | None = None
    other_legal_system: Flag | None = None
    programme: Text | None = Field(None, description="the state programme by which the person settles, by its name")
    competence: Competence | None = None


class InclusionRequest(WireModel):
    """A family asks for places in the quota of a region: for all its members or for none. `included_on` is the day of
    the decision, of whose year the quota is."""

    kind: SettlerKind
    region: Region
    included_on: PastDate
    members: Annotated[tuple[SettlerRequest, ...], Field(min_length=1, max_length=50)]

    CONTRADICTIONS = (
        twice("every member has a source_id of their own", "members", lambda member: member.source_id, "source_id"),
    )

    DAYS = on("included_on")

    def inclusions(self) -> list[QuotaInclusion]:
        """One for each member. Raises ValidationError where an origin does not fit the kind."""
        return [
            QuotaInclusion(
                source_id=member.source_id,
                kind=self.kind,
                person=member.person,
                region=self.region,
                country_of_origin=member.country_of_origin,
                region_of_origin=member.region_of_origin,
                state="included",
                included_on=self.included_on,
                programme=member.programme,
                competence=member.competence,
            )
            for member in self.members
        ]


class IncludedMember(Answer):
    """Where a member's inclusion is held."""

    source_id: SourceId
    inclusion_id: UUID


class Included(Answer):
    """The inclusions, and the checks that they passed; `decision` is null where all were decided before."""

    members: list[IncludedMember]
    decision: Decision | None


class EndOfInclusion(WireModel):
    """Why and since when the person is no settler of the region. `declined`: never became one, did not come or was
    included by mistake, so that the place goes back to the quota."""

    ended_on: Date = Field(description="first day on which the person is no longer a settler of the region")
    reason: Literal["left_region", "declined"]


async def include(engine: AsyncEngine, asked: InclusionRequest, caller: Caller) -> tuple[Included, bool]:
    """Decides on a family by the rules of the day and gives each member a place; says whether that is new. Raises
    Invalid, Conflict where a source id holds other content, and Refused with every failed check."""
    if faults := list(_faults(asked, caller)):
        raise Invalid("You cannot hand in this record.", faults=faults)
    await take_effect(engine)  # of the year's quota the version of today counts
    async with unit_of_work(engine) as unit:
        await store.lock_persons(unit.connection, [member.person for member in asked.members])
        taken = await intake.ingest(unit, INCLUSIONS, asked.inclusions(), [caller] * len(asked.members))
        new = expect_alike(taken)
        decision = await _decide(unit, asked, [each.id for each in taken]) if new else None
    members = [
        IncludedMember(source_id=member.source_id, inclusion_id=each.id)
        for member, each in zip(asked.members, taken, strict=True)
    ]
    return Included(members=members, decision=decision), new


def _faults(asked: InclusionRequest, caller: Caller) -> list[Fault]:
    """What speaks against taking it: of the family's own members once, of each person at the person's place."""
    faults = _faults_of_origin(asked)
    if faults:
        return faults
    found = [INCLUSIONS.refused(inclusion, caller) for inclusion in asked.inclusions()]
    own = ("/person", "/country_of_origin", "/region_of_origin", "/programme", "/competence")
    for number, each in enumerate(found):
        at_member = [fault for fault in each if fault.pointer.startswith(own)]
        faults += [Fault(f"/members/{number}{fault.pointer}", fault.detail) for fault in at_member]
    faults += [fault for fault in found[0] if not fault.pointer.startswith(own)]
    if asked.included_on > clock.today():
        faults.append(Fault("/included_on", "Lies in the future."))
    keys = [key for member in asked.members for key in set(store.keys_of(member.person))]
    if len(set(keys)) < len(keys):
        faults.append(Fault("/members", "Two members of the family are one person."))
    return faults


def _faults_of_origin(asked: InclusionRequest) -> list[Fault]:
    wanted, other = ("country", "region") if asked.kind == "kandas" else ("region", "country")
    faults = []
    for number, member in enumerate(asked.members):
        if getattr(member, f"{wanted}_of_origin") is None:
            faults.append(Fault(f"/members/{number}/{wanted}_of_origin", "A settler of this kind comes from one."))
        if getattr(member, f"{other}_of_origin") is not None:
            faults.append(Fault(f"/members/{number}/{other}_of_origin", "A settler of this kind comes from none."))
    return faults


def expect_alike(taken: Sequence[SubmitResult]) -> bool:
    """Whether all are new. Raises Conflict where one is and another is not, or where one holds other content."""
    outcomes = {each.outcome for each in taken}
    if outcomes == {"created"}:
        return True
    if outcomes == {"repeated"}:
        return False
    faults = [
        Fault(f"/members/{number}/source_id", intake.conflict_detail(each))
        for number, each in enumerate(taken)
        if each.outcome == "conflict"
    ]
    raise Conflict("Members of this family are on record otherwise.", faults=faults)


async def _decide(unit: UnitOfWork, asked: InclusionRequest, ids: Sequence[UUID]) -> Decision:
    """Raises Refused; the transaction ends with it."""
    year, connection = asked.included_on.year, unit.connection
    settlers = [
        Settler(
            holds_place=await store.holding(connection, member.person, except_for=ids),
            holds_status=await store.is_kandas(connection, member.person),
            education=member.education,
            other_legal_system=member.other_legal_system,
            course_passed=await adaptation_course.has_passed(connection, member.person, asked.included_on),
        )
        for member in asked.members
    ]
    pool = await quota.lock_pool(connection, year, (asked.kind, asked.region))
    left = pool.left if pool else 0
    decision = rules.decide(asked.kind, asked.region, settlers, pool, left, rulebook().on(asked.included_on))
    if decision.outcome is DecisionOutcome.REFUSED:
        raise refusal(decision, "this inclusion")
    await quota.take(connection, year, (asked.kind, asked.region), ids, asked.included_on)
    return decision


async def end(asked: StepRequest, end: EndOfInclusion) -> RecordState[QuotaInclusion]:
    """Ends an inclusion. Raises as `step`, Invalid, and Conflict where none holds."""

    async def change(unit: UnitOfWork, inclusion: QuotaInclusion) -> QuotaInclusion:
        before, after, said = TRANSITIONS["end"]
        if inclusion.state != before:
            raise Conflict(f"{said}; this one is {inclusion.state}.")
        found = rules.faults_of_end(end.ended_on, included_on=inclusion.included_on, today=clock.today())
        if found:
            faults = [Fault("/ended_on", each) for each in found]
            raise Invalid("The inclusion cannot end on that day.", faults=faults)
        if rules.gives_back(end.reason):
            await quota.give_back(unit.connection, asked.id, end.ended_on)
        changes = {"state": after, "ended_on": end.ended_on, "end_reason": end.reason}
        return QuotaInclusion.model_validate(dict(inclusion) | changes)

    return await step(asked, INCLUSIONS, change, reason=end.reason)
