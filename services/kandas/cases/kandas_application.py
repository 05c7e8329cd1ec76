"""A family's application: lodged at home or through a mission, completed, taken back, read.

Each member has a status record of their own from the first day on; the case file ties them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules import kandas_application as rules
from services.kandas.store import kandas_status as statuses
from services.kandas.store.case_file import CaseFile, Member, MemberFile, Paper, PaperKind
from services.kandas.store.tables import kandas_application
from shared import clock
from shared.db import records
from shared.db.records import Record, Submission, Taken
from shared.db.unit import Unit, unit_of_work
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.events.kandas import KandasStatus
from shared.events.language import Country, Day, Language, Region, SourceId, Text
from shared.events.person import Person
from shared.http.callers import Caller
from shared.kernel.norms import NotInForce
from shared.records import intake


class LodgedMember(Language):
    """One member of the family, with the documents that came with the application."""

    source_id: SourceId
    member: Member
    person: Person
    country_of_origin: Country
    documents: tuple[Paper, ...] = ()


class Lodgement(Language):
    """An application as it is lodged: one applicant, and the family that comes along."""

    source_id: SourceId = Field(description="the case's own number")
    lodged_on: Day
    mission: Text | None = Field(None, description="the mission that took it; null where it was lodged at home")
    region: Region = Field(description="region of settlement")
    members: Annotated[tuple[LodgedMember, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _one_family(self) -> Self:
        if [member.member for member in self.members].count("applicant") != 1:
            raise ValueError("exactly one member of the family is the applicant")
        if len({member.source_id for member in self.members}) < len(self.members):
            raise ValueError("every member has a source_id of their own")
        return self

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

    application: Taken
    members: list[Taken]


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case as it stands: its record, its file, its running clock and its members' records."""

    record: Record
    file: CaseFile
    clock: rules.Clock | None
    members: list[Record]


async def lodge(engine: AsyncEngine, lodgement: Lodgement, caller: Caller) -> Lodged:
    """Takes an application with a status record for each member. Raises Invalid, Forbidden, and Conflict where one of
    the source ids holds other content."""
    _refuse_strangers(lodgement.mission, caller)
    if faults := list(_faults(lodgement)):
        raise Invalid("The application is not valid.", faults=faults)
    async with unit_of_work(engine) as unit:
        submission = Submission(lodgement.source_id, lodgement.case_file().model_dump_json(), caller.subject)
        (application,) = await records.take(unit.connection, kandas_application, [submission])
        members = await intake.take_within(unit, STATUSES, lodgement.statuses(), [caller] * len(lodgement.members))
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
    if not _known(lodgement.lodged_on):
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
    engine: AsyncEngine, id: UUID, papers: Sequence[ReceivedPaper], *, version: int, caller: Caller
) -> CaseState:
    """Enters documents that were received; the last missing one starts the clock. A document that is there already
    keeps its first day. Raises NotFound, VersionMismatch, Conflict, Invalid, Forbidden."""
    async with unit_of_work(engine) as unit:
        case = await open_case(unit, id, version, caller)
        if faults := list(_paper_faults(case.file, papers)):
            raise Invalid("The documents are not valid.", faults=faults)
        members = tuple(_with_papers(member, papers) for member in case.file.members)
        return await keep(unit, case, case.file.model_copy(update={"members": members}), caller, "documents received")


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


async def take_back(engine: AsyncEngine, id: UUID, *, version: int, reason: str, caller: Caller) -> Record:
    """Withdraws an application before any decision, and with it its members' records. Raises as `add_documents`."""
    async with unit_of_work(engine) as unit:
        case = await open_case(unit, id, version, caller)
        for member in case.members:
            status = KandasStatus.read(member.body)
            if status.state != "applied":
                raise Conflict("The case is decided in part; end the statuses instead.")
            await intake.revise_within(unit, STATUSES, member, status, caller, reason, withdrawn=True)
        return await records.revise(
            unit.connection,
            kandas_application,
            case.record,
            case.record.body,
            author=caller.subject,
            reason=reason,
            withdrawn=True,
        )


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> CaseState:
    """The case as it stands; the reading is logged for every member. Raises NotFound, Forbidden."""
    async with unit_of_work(engine) as unit:
        case = await _state(unit, await records.load(unit.connection, kandas_application, id))
        _refuse_strangers(case.file.mission, caller)
        for member in case.members:
            await intake.log(unit, STATUSES, member, KandasStatus.read(member.body), caller, "read", None)
    return case


async def open_case(unit: Unit, id: UUID, version: int, caller: Caller) -> CaseState:
    """The case, locked with its members for a change of its version `version`. Raises NotFound, VersionMismatch,
    Forbidden, and Conflict where it was taken back or is decided."""
    record = await records.load(unit.connection, kandas_application, id, lock=True)
    records.expect_version(record, version)
    case = await _state(unit, record, lock=True)
    _refuse_strangers(case.file.mission, caller)
    if record.withdrawn:
        raise Conflict("The application was taken back; lodge a new one.")
    if not undecided(case):
        raise Conflict("The case is decided; a new application is a new case.")
    return case


async def keep(unit: Unit, case: CaseState, file: CaseFile, caller: Caller, reason: str) -> CaseState:
    """Stores the next version of the case file, and who touched whose case."""
    record = await records.revise(
        unit.connection,
        kandas_application,
        case.record,
        file.model_dump_json(),
        author=caller.subject,
        reason=reason,
    )
    for member in case.members:
        await intake.log(unit, STATUSES, member, KandasStatus.read(member.body), caller, "change", reason)
    return await _state(unit, record)


def undecided(case: CaseState) -> list[tuple[Record, KandasStatus]]:
    """The members who still wait for their decision."""
    facts = [(record, KandasStatus.read(record.body)) for record in case.members if not record.withdrawn]
    return [(record, status) for record, status in facts if status.state == "applied"]


async def _state(unit: Unit, record: Record, *, lock: bool = False) -> CaseState:
    file = CaseFile.model_validate_json(record.body)
    members = await statuses.of_application(unit.connection, file.source_id, lock=lock)
    return CaseState(record, file, _clock(file, members), members)


def _clock(file: CaseFile, members: Sequence[Record]) -> rules.Clock | None:
    """A member whose record was withdrawn keeps nobody waiting."""
    present = {record.source_id for record in members if not record.withdrawn}
    files = [member for member in file.members if member.source_id in present]
    return rules.clock(file.lodged_on, [(m.member, {str(p.kind): p.received_on for p in m.documents}) for m in files])


def _refuse_strangers(mission: str | None, caller: Caller) -> None:
    if mission is None and "kandas-officer" not in caller.roles:
        raise Forbidden("A mission handles only the applications that were lodged through a mission.")
