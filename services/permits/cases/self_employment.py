"""Certificates of self-employment: applied for, judged by points, withdrawn, shown with what became of them (L4).

The states and what leads from one to the next stand in TRANSITIONS. A certificate that was granted is a work permit of
the kind `self_employed`: it is read, suspended, revoked as any other and expires by its last day (`work_permit_state`).
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.entry_ban import barred
from services.permits.cases.work_permit import issue_alone
from services.permits.cases.work_permit_state import State, state_of
from services.permits.rules import self_employment as rule
from services.permits.rules.rulebook import rulebook
from services.permits.store import self_employment as store
from services.permits.store import tables
from services.permits.store.tables import self_employment_application as applications
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.identifiers import new_id
from shared.events.contradictions import contradiction, not_before
from shared.events.permits import WorkPermit
from shared.events.person import Person
from shared.events.wire import Activity, Date, Occupation, ReckonedDate, Region, SourceId, Text, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_reach, within
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.files import File, FileType, read_file, step_file, submit_file
from shared.records.step import StepRequest

Status = Literal["applied", "granted", "refused", "withdrawn"]
Act = Literal["decide", "withdraw"]

TRANSITIONS: dict[Act, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    # granted, the certificate is issued at once; what becomes of it then: cases.work_permit_state.TRANSITIONS
    "decide": (("applied",), ("granted", "refused")),
    "withdraw": (("applied",), ("withdrawn",)),
}
"""From which states each act leads, and to which."""


class LanguageLevels(WireModel):
    """Levels by the CEFR that papers show; none where none is shown."""

    kk: rule.Level | None = None
    ru: rule.Level | None = None


def _more_than_lived(experience_years: int, person: Person, valid_from: date) -> bool:
    return experience_years > valid_from.year - int(person.birth_date[:4])


class SelfEmploymentApplication(WireModel):
    """A foreigner asks to look for work here without an employer, in one occupation and region."""

    source_id: SourceId
    person: Person
    occupation: Occupation
    activity: Activity
    region: Region
    education: int = Field(strict=True, ge=0, le=8, description="highest completed, by ISCED 2011")
    experience_years: int = Field(strict=True, ge=0, le=80, description="whole years of work in the occupation")
    languages: LanguageLevels = LanguageLevels()
    valid_from: ReckonedDate
    valid_until: ReckonedDate

    CONTRADICTIONS = (
        not_before("valid_until", "valid_from"),
        contradiction(
            "are more years than the person has lived",
            "experience_years",
            "person",
            "valid_from",
            found=_more_than_lived,
        ),
    )


class SelfEmploymentWithdrawal(WireModel):
    """Why the certificate is no longer wanted."""

    reason: Text


class SelfEmploymentFile(File):
    """An application and what became of it; `certificate` is the id of the work permit that was issued."""

    application: SelfEmploymentApplication
    status: Status
    submitted_on: Date
    decision: Decision | None = None
    certificate: UUID | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {"status": self.status, "permit_id": self.certificate}


class SelfEmploymentFileState(Versioned, SelfEmploymentFile):
    """An application as the register holds it, and the state that its certificate is in today."""

    id: UUID
    certificate_state: State | None = None


class SelfEmploymentCheck(BaseModel):
    """What a decision of today would be, check by check."""

    decision: Decision


class SelfEmploymentLine(BaseModel):
    """An application in the work list, without its person."""

    id: UUID
    status: Status
    region: Region
    submitted_on: Date
    valid_from: Date


class PartOfTable(BaseModel):
    """One part of the assessment: what it is measured by, and its points from each number or level on."""

    part: str
    measured_by: str
    most: int
    steps: list[rule.Step]


class PointsTable(BaseModel):
    """The table in force on `day`: parts, and the least sum for a certificate. `explanation` says where the points come
    from, and whether an act was read that gives them."""

    day: Date
    since: Date
    basis: str
    read_in_original: bool
    explanation: str | None
    threshold: int
    longest_months: int
    parts: list[PartOfTable]


APPLICATIONS = belongs_to(region="region")


async def _note(
    unit: UnitOfWork, id: UUID, file: SelfEmploymentFile, caller: Caller, action: access_log.Action, reason: str | None
) -> None:
    person = file.application.person
    await access_log.log_versions(unit.connection, caller, action, applications.name, id, (person,), reason)


async def _certificate(unit: UnitOfWork, file: SelfEmploymentFile) -> dict[str, object]:
    """The present state of the certificate."""
    if file.certificate is None:
        return {}
    permit = await records.load(unit.connection, tables.work_permit, file.certificate)
    return {"certificate_state": state_of(WorkPermit.read(permit.body), clock.today())}


FILES = FileType(
    "There is no such application for a certificate of self-employment.",
    applications,
    SelfEmploymentFile,
    SelfEmploymentFileState,
    TRANSITIONS,
    scope=APPLICATIONS,
    note=_note,
    beside=_certificate,
)


def points_table() -> PointsTable:
    """The points table in force today."""
    norms = rulebook().on(clock.today())
    norm = norms["self_employment_points"]
    parts = [(part, measured_by, rule.steps(part, norm)) for part, measured_by in rule.PARTS.items()]
    return PointsTable(
        day=norms.day,
        since=norm.since,
        basis=norm.basis,
        read_in_original=norm.read_in_original,
        explanation=norm.note,
        threshold=norms["self_employment_threshold"].whole(),
        longest_months=norms["self_employment_term"].whole(),
        parts=[
            PartOfTable(part=part, measured_by=measured_by, most=max(step.points for step in steps), steps=steps)
            for part, measured_by, steps in parts
        ],
    )


async def submit(
    engine: AsyncEngine, application: SelfEmploymentApplication, caller: Caller
) -> tuple[SelfEmploymentFileState, bool]:
    """The application as it is held, and whether it is new. Raises Forbidden, Invalid, Conflict where the source id
    holds another application."""
    expect_reach(caller, APPLICATIONS, application)
    plausibility.expect(application)
    file = SelfEmploymentFile(application=application, status="applied", submitted_on=clock.today())
    async with unit_of_work(engine) as unit:
        return await submit_file(unit, FILES, application.source_id, file, caller)


async def check(engine: AsyncEngine, application: SelfEmploymentApplication, caller: Caller) -> SelfEmploymentCheck:
    """The answer that `decide` would give today; nothing of the application is kept. Raises as `submit`, but that a
    source id may hold another. That it was asked is logged: the answer says who is barred."""
    expect_reach(caller, APPLICATIONS, application)
    plausibility.expect(application)
    async with unit_of_work(engine) as unit:
        decision = await _judged(unit, application, clock.today())
        asked_of = f"check:{application.source_id}"
        await access_log.log_versions(
            unit.connection, caller, "read", applications.name, asked_of, (application.person,)
        )
    return SelfEmploymentCheck(decision=decision)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> SelfEmploymentFileState:
    """Its present state; the reading is logged. Raises NotFound."""
    return await read_file(engine, FILES, id, caller)


async def work_list(
    engine: AsyncEngine, status: Status, after: UUID | None, limit: int, caller: Caller
) -> list[SelfEmploymentLine]:
    """What is in a state, longest first, without persons, of what the caller reaches."""
    async with engine.connect() as connection:
        found = await store.with_status(connection, status, within(caller, APPLICATIONS, store.places()), after, limit)
    files = [(record.id, SelfEmploymentFile.read(record.body)) for record in found]
    return [
        SelfEmploymentLine(
            id=id,
            status=file.status,
            region=file.application.region,
            submitted_on=file.submitted_on,
            valid_from=file.application.valid_from,
        )
        for id, file in files
    ]


async def decide(asked: StepRequest) -> SelfEmploymentFileState:
    """Puts the application to the rules in force today; granted, the certificate is issued. Raises as `step_file`."""

    async def change(unit: UnitOfWork, file: SelfEmploymentFile) -> tuple[SelfEmploymentFile, str]:
        application = file.application
        decision = await _judged(unit, application, clock.today())
        if decision.outcome is not DecisionOutcome.GRANTED:
            return file.model_copy(update={"status": "refused", "decision": decision}), "decision: refused"
        id = await _issue(unit, asked, application)
        update = {"status": "granted", "decision": decision, "certificate": id}
        return file.model_copy(update=update), "certificate issued"

    return await step_file(asked, FILES, "decide", change)


async def withdraw(asked: StepRequest, body: SelfEmploymentWithdrawal) -> SelfEmploymentFileState:
    """The certificate is no longer wanted. Raises as `step_file`."""

    async def change(_unit: UnitOfWork, file: SelfEmploymentFile) -> tuple[SelfEmploymentFile, str]:
        return file.model_copy(update={"status": "withdrawn"}), body.reason

    return await step_file(asked, FILES, "withdraw", change)


async def _judged(unit: UnitOfWork, application: SelfEmploymentApplication, today: date) -> Decision:
    """By the table and the norms in force today."""
    banned = await barred(unit, [(application.person, max(application.valid_from, today))])
    return rule.decide(_applicant(application), banned, rulebook().on(today))


def _applicant(application: SelfEmploymentApplication) -> rule.Applicant:
    return rule.Applicant(
        application.person.citizenship,
        application.person.birth_date,
        application.occupation,
        application.education,
        application.experience_years,
        application.valid_from,
        application.valid_until,
        application.languages.kk,
        application.languages.ru,
    )


async def _issue(unit: UnitOfWork, asked: StepRequest, application: SelfEmploymentApplication) -> UUID:
    """The certificate: a work permit of nobody's employer, whose points say that the holder is qualified."""
    id = new_id()
    permit = WorkPermit(
        source_id=str(id),
        kind="self_employed",
        status="issued",
        person=application.person,
        region=application.region,
        activity=application.activity,
        occupation=application.occupation,
        qualified=True,
        issued_on=clock.today(),
        valid_from=application.valid_from,
        valid_until=application.valid_until,
    )
    await issue_alone(unit, asked, permit, id)
    return id
