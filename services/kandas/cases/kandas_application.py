"""A family's application: lodged at home or through a mission, completed, taken back, read.

Each member has a status record of their own from the first day on; the case file ties them together.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Case, Lodged, MemberReceipt
from services.kandas.cases.case_file import (
    CaseFile,
    HeldPaper,
    Member,
    MemberFile,
    Paper,
    PaperKind,
    PaperReturn,
    Procedure,
)
from services.kandas.cases.family_case import (
    CASES,
    expect_seen,
    keep,
    open_case,
    perform_on,
    refuse_strangers,
    state_of,
    view,
)
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules import kandas_application as rules
from services.kandas.rules import pilot_procedure
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import kandas_status as statuses
from services.kandas.store.tables import kandas_application
from shared import clock
from shared.db import records
from shared.db.records import Outcome, Submission, SubmitResult
from shared.errors import Conflict, Fault, Invalid, Refused
from shared.events.contradictions import contradiction, twice
from shared.events.kandas import KandasStatus
from shared.events.person import Person
from shared.events.wire import Country, Date, Mission, Region, SourceId, Text, WireModel, on
from shared.identity.callers import Caller
from shared.identity.scope import expect_reach
from shared.kernel.norms import NotInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.step import StepRequest


class LodgedMember(WireModel):
    """One member of the family, with the documents that came with the application."""

    source_id: SourceId
    member: Member
    person: Person
    country_of_origin: Country
    documents: tuple[Paper, ...] = ()


class Lodgement(WireModel):
    """An application as it is lodged: one applicant, and the family that comes along."""

    source_id: SourceId = Field(description="the case's own number")
    lodged_on: Date
    mission: Mission | None = Field(None, description="the mission that took it; null where it was lodged at home")
    region: Region = Field(description="region of settlement")
    members: Annotated[tuple[LodgedMember, ...], Field(max_length=50)]
    procedure: Procedure = Field(
        "ordinary", description="pilot: with test, questionnaire and interview, since 30.1.2026"
    )

    CONTRADICTIONS = (
        contradiction(
            "exactly one member of the family is the applicant",
            "members",
            found=lambda members: [member.member for member in members].count("applicant") != 1,
        ),
        twice("every member has a source_id of their own", "members", lambda member: member.source_id, "source_id"),
    )

    DAYS = on("lodged_on")

    def case_file(self) -> CaseFile:
        files = tuple(
            MemberFile(
                source_id=m.source_id,
                member=m.member,
                documents=tuple(HeldPaper(kind=paper.kind, received_on=paper.received_on) for paper in m.documents),
            )
            for m in self.members
        )
        return CaseFile(
            source_id=self.source_id,
            lodged_on=self.lodged_on,
            mission=self.mission,
            region=self.region,
            members=files,
            procedure=self.procedure,
        )

    def statuses(self) -> list[KandasStatus]:
        return [
            KandasStatus(
                source_id=m.source_id,
                case=self.source_id,
                member=m.member,
                person=m.person,
                country_of_origin=m.country_of_origin,
                region=self.region,
                state="applied",
                applied_on=self.lodged_on,
            )
            for m in self.members
        ]


class ReceivedPaper(Paper):
    """A document that a member handed in later."""

    member: SourceId


class Documents(WireModel):
    """Documents that came in after the application."""

    documents: Annotated[tuple[ReceivedPaper, ...], Field(max_length=500)]


class ReturnedPaper(WireModel):
    """A document on file that is given back to its member today."""

    member: SourceId
    kind: PaperKind
    reason: Text = Field(description="what is wrong with it and what would make it right")


class TakeBack(WireModel):
    """Why the application is taken back."""

    reason: Text


async def lodge(engine: AsyncEngine, lodgement: Lodgement, caller: Caller) -> tuple[Lodged, Outcome]:
    """Takes an application with a status record for each member, and says whether it is new. Raises Invalid, Forbidden,
    Conflict where one of the source ids holds other content, and Refused where the applicant is a kandas at present."""
    refuse_strangers(lodgement.mission, caller)
    expect_reach(caller, CASES, lodgement)
    plausibility.expect(lodgement)
    for number, member in enumerate(lodgement.members):
        plausibility.expect(member, at=f"/members/{number}", days=(lodgement.lodged_on, lodgement.lodged_on))
    if faults := [*_faults(lodgement), *_citizen(lodgement)]:
        raise Invalid("The application is not valid.", faults=faults)
    async with unit_of_work(engine) as unit:
        submission = Submission(lodgement.source_id, lodgement.case_file(), caller.subject)
        (application,) = await records.submit(unit.connection, kandas_application, [submission])
        members = await intake.ingest(unit, STATUSES, lodgement.statuses(), [caller] * len(lodgement.members))
        if faults := list(_doubles(application, members)):
            raise Conflict("Another application holds this number with other content.", faults=faults)
        if application.outcome == "created":
            await _expect_none_held(unit, lodgement, members)
    receipts = [
        MemberReceipt(source_id=member.source_id, status_id=taken.id)
        for member, taken in zip(lodgement.members, members, strict=True)
    ]
    return Lodged(id=application.id, source_id=lodgement.source_id, members=receipts), application.outcome


def _doubles(application: SubmitResult, members: Sequence[SubmitResult]) -> Iterator[Fault]:
    if application.outcome == "conflict":
        yield Fault("/source_id", "Holds another application; add documents to it, or correct its members.")
    for number, member in enumerate(members):
        if member.outcome != application.outcome:
            yield Fault(f"/members/{number}/source_id", "Does not belong to this application as it was lodged first.")


def _faults(lodgement: Lodgement) -> Iterator[Fault]:
    today = clock.today()
    if lodgement.lodged_on > today:
        yield Fault("/lodged_on", "Lies in the future.")
    elif lodgement.procedure == "pilot" and not pilot_procedure.exists(rulebook().on(lodgement.lodged_on)):
        yield Fault(
            "/procedure", f"There was no pilot procedure on {lodgement.lodged_on}: lodge an ordinary application."
        )
    elif not _known(lodgement.lodged_on):
        yield Fault("/lodged_on", "Lies before the first day that the rulebook vouches for; submit the status instead.")
    for number, member in enumerate(lodgement.members):
        for place, paper in enumerate(member.documents):
            if paper.received_on > today:
                yield Fault(f"/members/{number}/documents/{place}/received_on", "Lies in the future.")


def _citizen(lodgement: Lodgement) -> Iterator[Fault]:
    """Of an applicant. A citizen in the family is refused by the decision, as the others are granted by theirs."""
    for number, member in enumerate(lodgement.members):
        if member.member == "applicant" and member.person.citizenship == "KAZ":
            detail = "A citizen needs no status. If the citizenship was entered wrongly, correct it."
            yield Fault(f"/members/{number}/person/citizenship", detail)


async def _expect_none_held(unit: UnitOfWork, lodgement: Lodgement, members: Sequence[SubmitResult]) -> None:
    """Raises Refused where the applicant is a kandas at present: there is nothing to apply for."""
    at = next(number for number, member in enumerate(lodgement.members) if member.member == "applicant")
    if await statuses.holds_another(unit.connection, members[at].id):
        fault = Fault(f"/members/{at}/person", "Already holds a status in force: it can be extended, not given twice.")
        raise Refused("The applicant is a kandas at present.", name="status-held", faults=[fault])


def _known(day: date) -> bool:
    try:
        rules.clock(day, [], rulebook())
    except NotInForce:
        return False
    return True


async def add_documents(asked: StepRequest, received: Documents) -> Case:
    """Enters documents that were received; the last missing one starts the clock. A document that is there already
    keeps its first day. Raises as `open_case`, and Invalid."""

    async def act(unit: UnitOfWork) -> Case:
        case = await open_case(unit, asked, "add_documents")
        if faults := list(_paper_faults(case.file, received.documents)):
            raise Invalid("The documents are not valid.", faults=faults)
        members = tuple(_with_papers(member, received.documents) for member in case.file.members)
        file = case.file.model_copy(update={"members": members})
        return view(await keep(unit, case, file, asked.caller, "documents received"))

    return await perform_on(asked, Case, act)


def _paper_faults(file: CaseFile, papers: Sequence[ReceivedPaper]) -> Iterator[Fault]:
    known = {member.source_id: {paper.kind: paper for paper in member.documents} for member in file.members}
    for number, paper in enumerate(papers):
        if paper.member not in known:
            yield Fault(f"/documents/{number}/member", "Is no member of this family.")
        if paper.received_on > clock.today():
            yield Fault(f"/documents/{number}/received_on", "Lies in the future.")
        held = known.get(paper.member, {}).get(paper.kind)
        if held is not None and held.given_back is not None and paper.received_on < held.given_back.returned_on:
            detail = f"Lies before {held.given_back.returned_on}, the day on which the paper was given back."
            yield Fault(f"/documents/{number}/received_on", detail)


def _with_papers(member: MemberFile, papers: Sequence[ReceivedPaper]) -> MemberFile:
    held: dict[PaperKind, HeldPaper] = {paper.kind: paper for paper in member.documents}
    for paper in papers:
        if paper.member == member.source_id:
            held[paper.kind] = _received(held.get(paper.kind), paper)
    return member.model_copy(update={"documents": tuple(held.values())})


def _received(held: HeldPaper | None, paper: ReceivedPaper) -> HeldPaper:
    """The paper that is there from now on: the first one, also where it is there again after it was given back."""
    if held is None:
        return HeldPaper(kind=paper.kind, received_on=paper.received_on)
    if held.given_back is None:
        return held
    back = held.given_back.model_copy(update={"received_on": paper.received_on})
    return held.model_copy(update={"returns": (*held.returns[:-1], back)})


async def return_document(asked: StepRequest, returned: ReturnedPaper) -> Case:
    """Gives a paper back today: the clock stands still until it is there again. Raises as `open_case`, and Invalid."""

    async def act(unit: UnitOfWork) -> Case:
        case = await open_case(unit, asked, "return_document")
        at = next((n for n, each in enumerate(case.file.members) if each.source_id == returned.member), None)
        if at is None:
            fault = Fault("/member", "Is no member of this family.")
            raise Invalid("The documents are not valid.", faults=[fault])
        member = case.file.members[at]
        if returned.kind not in member.held:
            raise Invalid("The documents are not valid.", faults=[Fault("/kind", "Is not on file for this member.")])
        members = list(case.file.members)
        members[at] = member.model_copy(update={"documents": tuple(_without(member, returned))})
        file = case.file.model_copy(update={"members": tuple(members)})
        return view(await keep(unit, case, file, asked.caller, "document given back"))

    return await perform_on(asked, Case, act)


def _without(member: MemberFile, returned: ReturnedPaper) -> Iterator[HeldPaper]:
    for paper in member.documents:
        if paper.kind == returned.kind:
            given_back = PaperReturn(returned_on=clock.today(), reason=returned.reason)
            yield paper.model_copy(update={"returns": (*paper.returns, given_back)})
        else:
            yield paper


async def take_back(asked: StepRequest, taking_back: TakeBack) -> Case:
    """Withdraws an application before any decision, and with it its members' records. Raises as `open_case`."""
    caller, reason = asked.caller, taking_back.reason

    async def act(unit: UnitOfWork) -> Case:
        case = await open_case(unit, asked, "withdraw")
        present = [(record, KandasStatus.read(record.body)) for record in case.members if not record.withdrawn]
        if any(status.state != "applied" for _, status in present):
            raise Conflict("The case is decided in part; end the statuses instead.")
        for record, status in present:
            await intake.revise_within(unit, STATUSES, record, status, caller, reason, withdrawn=True)
        table, body = kandas_application, case.record.body
        record = await records.revise(
            unit.connection, table, case.record, body, author=caller.subject, reason=reason, withdrawn=True
        )
        return view(await state_of(unit, record))

    return await perform_on(asked, Case, act)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> Case:
    """The case as it stands; the reading is logged for every member. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        case = await state_of(unit, await records.load(unit.connection, kandas_application, id))
        expect_seen(case.file, caller)
        for member in case.members:
            await intake.log(unit, STATUSES, member, KandasStatus.read(member.body), caller, "read", None)
    return view(case)
