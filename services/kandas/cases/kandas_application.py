"""A family's application: lodged at home or through a mission, completed, taken back, read.

Each member has a status record of their own from the first day on; the case file ties them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.case_file import CaseFile, Member, MemberFile, Paper, PaperKind
from services.kandas.cases.family_case import keep, open_case, refuse_strangers, state_of, view
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules import kandas_application as rules
from services.kandas.store.tables import kandas_application
from shared import clock
from shared.db import records
from shared.db.records import Submission, SubmitResult
from shared.errors import Conflict, Fault, Invalid
from shared.events.contradictions import contradiction, twice
from shared.events.kandas import KandasStatus
from shared.events.person import Person
from shared.events.wire import Country, Date, Region, SourceId, Text, WireModel
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.kernel.norms import NotInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake


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
    mission: Text | None = Field(None, description="the mission that took it; null where it was lodged at home")
    region: Region = Field(description="region of settlement")
    members: Annotated[tuple[LodgedMember, ...], Field(max_length=50)]

    CONTRADICTIONS = (
        contradiction(
            "exactly one member of the family is the applicant",
            "members",
            found=lambda members: [member.member for member in members].count("applicant") != 1,
        ),
        twice("every member has a source_id of their own", "members", lambda member: member.source_id, "source_id"),
    )

    def case_file(self) -> CaseFile:
        files = tuple(MemberFile(source_id=m.source_id, member=m.member, documents=m.documents) for m in self.members)
        return CaseFile(
            source_id=self.source_id,
            lodged_on=self.lodged_on,
            mission=self.mission,
            region=self.region,
            members=files,
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


@dataclass(frozen=True, slots=True)
class Lodged:
    """What became of a lodgement: the case's record and those of its members in the order of the lodgement."""

    application: SubmitResult
    members: list[SubmitResult]


async def lodge(engine: AsyncEngine, lodgement: Lodgement, caller: Caller) -> Lodged:
    """Takes an application with a status record for each member. Raises Invalid, Forbidden, and Conflict where one of
    the source ids holds other content."""
    refuse_strangers(lodgement.mission, caller)
    if faults := list(_faults(lodgement)):
        raise Invalid("The application is not valid.", faults=faults)
    async with unit_of_work(engine) as unit:
        submission = Submission(lodgement.source_id, lodgement.case_file().model_dump_json(), caller.subject)
        (application,) = await records.submit(unit.connection, kandas_application, [submission])
        members = await intake.ingest(unit, STATUSES, lodgement.statuses(), [caller] * len(lodgement.members))
        lodged = Lodged(application, members)
        if faults := list(_doubles(lodged)):
            raise Conflict("Another application holds this number with other content.", faults=faults)
    return lodged


def _doubles(lodged: Lodged) -> Iterator[Fault]:
    outcome = lodged.application.outcome
    if outcome == "conflict":
        yield Fault("/source_id", "Holds another application; add documents to it, or correct its members.")
    for number, member in enumerate(lodged.members):
        if member.outcome != outcome:
            yield Fault(f"/members/{number}/source_id", "Does not belong to this application as it was lodged first.")


def _faults(lodgement: Lodgement) -> Iterator[Fault]:
    today = clock.today()
    if lodgement.lodged_on > today:
        yield Fault("/lodged_on", "Lies in the future.")
    elif not _known(lodgement.lodged_on):
        yield Fault("/lodged_on", "Lies before the first day that the rulebook vouches for; submit the status instead.")
    for number, member in enumerate(lodgement.members):
        for place, paper in enumerate(member.documents):
            if paper.received_on > today:
                yield Fault(f"/members/{number}/documents/{place}/received_on", "Lies in the future.")


def _known(day: date) -> bool:
    try:
        rules.clock(day, [])
    except NotInForce:
        return False
    return True


async def add_documents(
    engine: AsyncEngine,
    id: UUID,
    papers: Sequence[ReceivedPaper],
    *,
    version: int,
    caller: Caller,
    key: IdempotencyKey,
) -> dict[str, Any]:
    """Enters documents that were received; the last missing one starts the clock. A document that is there already
    keeps its first day. Answers with the case. Raises NotFound, VersionMismatch, Conflict, Invalid, Forbidden."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _add_documents(unit, id, papers, version, caller)
        )
    return answer


async def _add_documents(
    unit: UnitOfWork, id: UUID, papers: Sequence[ReceivedPaper], version: int, caller: Caller
) -> dict[str, Any]:
    case = await open_case(unit, id, version, caller)
    if faults := list(_paper_faults(case.file, papers)):
        raise Invalid("The documents are not valid.", faults=faults)
    members = tuple(_with_papers(member, papers) for member in case.file.members)
    return view(await keep(unit, case, case.file.model_copy(update={"members": members}), caller, "documents received"))


def _paper_faults(file: CaseFile, papers: Sequence[ReceivedPaper]) -> Iterator[Fault]:
    known = {member.source_id for member in file.members}
    for number, paper in enumerate(papers):
        if paper.member not in known:
            yield Fault(f"/documents/{number}/member", "Is no member of this family.")
        if paper.received_on > clock.today():
            yield Fault(f"/documents/{number}/received_on", "Lies in the future.")


def _with_papers(member: MemberFile, papers: Sequence[ReceivedPaper]) -> MemberFile:
    first: dict[PaperKind, Paper] = {paper.kind: paper for paper in member.documents}
    for paper in papers:
        if paper.member == member.source_id:
            first.setdefault(paper.kind, Paper(kind=paper.kind, received_on=paper.received_on))
    return member.model_copy(update={"documents": tuple(first.values())})


async def take_back(
    engine: AsyncEngine, id: UUID, *, version: int, reason: str, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Withdraws an application before any decision, and with it its members' records. Answers and raises as
    `add_documents`."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _take_back(unit, id, version, reason, caller)
        )
    return answer


async def _take_back(unit: UnitOfWork, id: UUID, version: int, reason: str, caller: Caller) -> dict[str, Any]:
    case = await open_case(unit, id, version, caller)
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


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> dict[str, Any]:
    """The case as it stands; the reading is logged for every member. Raises NotFound, Forbidden."""
    async with unit_of_work(engine) as unit:
        case = await state_of(unit, await records.load(unit.connection, kandas_application, id))
        refuse_strangers(case.file.mission, caller)
        for member in case.members:
            await intake.log(unit, STATUSES, member, KandasStatus.read(member.body), caller, "read", None)
    return view(case)
