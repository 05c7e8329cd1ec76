"""Permits of labour immigrants at private households: applied for, answered by the police, taken back (L4).

The states and what leads from one to the next stand in TRANSITIONS; `decide` and `extend` are in
labour_immigrant_permit. A permit that was issued is a work permit of the kind `labour_immigrant`: it is read, corrected
and withdrawn (revoked) as any other.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.household_family import SENTENCE, Family, FamilyChange, FamilyField, named_again
from services.permits.cases.work_permit import PERMITS
from services.permits.rules import labour_immigrant as rule
from services.permits.rules.rulebook import rulebook
from services.permits.store import tables
from services.permits.store.tables import labour_immigrant_application as applications
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db import records
from shared.errors import Fault, Invalid
from shared.events.contradictions import Contradiction
from shared.events.permits import WorkPermit
from shared.events.person import Iin, Person
from shared.events.wire import Date, Flag, Occupation, PastDate, ReckonedDate, Region, SourceId, Text, WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_reach
from shared.kernel.decisions import Decision
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.files import File, FileType, read_file, step_file, submit_file
from shared.records.step import StepRequest

Status = Literal["submitted", "answered", "refused", "issued", "withdrawn"]
Act = Literal["answer", "decide", "extend", "change_family", "withdraw"]

TRANSITIONS: dict[Act, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    # by the migration police
    "answer": (("submitted",), ("answered",)),
    # granted, a place is used and the permit issued at once: the tax was paid before
    "decide": (("answered",), ("refused", "issued")),
    # granted or not, the permit stays issued; the answer lists the checks
    "extend": (("issued",), ("issued",)),
    # who lives here beside the worker; it changes nothing else
    "change_family": (("submitted", "answered", "issued"), ("submitted", "answered", "issued")),
    "withdraw": (("submitted", "answered"), ("withdrawn",)),
}
"""From which states each act leads, and to which."""

Months = Field(strict=True, ge=1, le=120, description="whole months from valid_from, or to be added")


class AdvanceTax(WireModel):
    """The advance payment of income tax: one payment settles one application or extension."""

    reference: SourceId
    paid_on: PastDate
    tenge: int = Field(strict=True, ge=0, le=10**12)


class HouseholdApplication(WireModel):
    """A private person asks for a permit for one labour immigrant."""

    source_id: SourceId
    person: Person
    household_iin: Iin
    region: Region
    occupation: Occupation | None = None
    valid_from: ReckonedDate
    months: int = Months
    advance_tax: AdvanceTax
    family: Family = FamilyField

    CONTRADICTIONS = (Contradiction(SENTENCE, ("person", "family"), named_again),)


class PoliceAnswer(WireModel):
    """What the migration police answered; `reason` where they object."""

    reference: SourceId
    answered_on: PastDate
    objects: Flag
    reason: Text | None = None


class Extension(WireModel):
    """For how many months more, and the tax paid for them."""

    months: int = Months
    advance_tax: AdvanceTax


class ExtensionDecision(Extension):
    """An extension and what became of it."""

    decision: Decision


class WithdrawalReason(WireModel):
    """Why the permit is no longer wanted."""

    reason: Text


class HouseholdFile(File):
    """An application and what became of it. `months` are those of the permit, extensions included; `family` is who of
    the worker's family lives here, as far as it is told anew since the application."""

    application: HouseholdApplication
    status: Status
    submitted_on: Date
    answer_by: Date
    months: int
    police: PoliceAnswer | None = None
    decision: Decision | None = None
    permit: UUID | None = None
    extensions: tuple[ExtensionDecision, ...] = ()
    family: Family | None = None

    @property
    def dependants(self) -> Family:
        """The worker's family as it is known now."""
        return self.application.family if self.family is None else self.family

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "household_iin": self.application.household_iin,
            "status": self.status,
            "permit_id": self.permit,
        }


class HouseholdFileState(Versioned, HouseholdFile):
    """An application and what became of it, as the register holds it."""

    id: UUID


APPLICATIONS = belongs_to(region="region")


def persons_of(file: HouseholdFile) -> tuple[Person | Subject, ...]:
    """Whose data an application holds: the worker it is about, the householder beside, and the family, also who was
    named when it was handed in and is no more."""
    family = dict.fromkeys(each.person for each in (*file.application.family, *file.dependants))
    return file.application.person, Subject.beside(file.application.household_iin), *family


async def _note(
    unit: UnitOfWork, id: UUID, file: HouseholdFile, caller: Caller, action: access_log.Action, reason: str | None
) -> None:
    await access_log.log_versions(unit.connection, caller, action, applications.name, id, persons_of(file), reason)


FILES = FileType(
    "There is no such application of a household.",
    applications,
    HouseholdFile,
    HouseholdFileState,
    TRANSITIONS,
    scope=APPLICATIONS,
    note=_note,
)


async def submit(
    engine: AsyncEngine, application: HouseholdApplication, caller: Caller
) -> tuple[HouseholdFileState, bool]:
    """The application as it is held, and whether it is new. Raises Forbidden, Invalid, Conflict where the source id
    holds another application."""
    expect_reach(caller, APPLICATIONS, application)
    expect_plausible({"": application}, application.family)
    async with unit_of_work(engine) as unit:
        return await submit_file(unit, FILES, application.source_id, drafted(application, clock.today()), caller)


def drafted(application: HouseholdApplication, today: date) -> HouseholdFile:
    """The application as it would be submitted today."""
    return HouseholdFile(
        application=application,
        status="submitted",
        submitted_on=today,
        answer_by=rule.answer_by(today, rulebook().on(today)),
        months=application.months,
    )


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> HouseholdFileState:
    """Its present state; the reading is logged. Raises NotFound."""
    return await read_file(engine, FILES, id, caller)


async def answer(asked: StepRequest, said: PoliceAnswer) -> HouseholdFileState:
    """Enters the answer of the migration police. Raises as `step_file`."""

    async def change(_unit: UnitOfWork, file: HouseholdFile) -> tuple[HouseholdFile, str]:
        return file.model_copy(update={"status": "answered", "police": said}), "answer of the migration police"

    return await step_file(asked, FILES, "answer", change)


async def change_family(asked: StepRequest, body: FamilyChange) -> HouseholdFileState:
    """Says anew who of the worker's family lives here. Where the permit is issued it gets a next version of the same
    content, by which the insurance fund's export comes to the family again. Raises as `step_file`, and Invalid."""

    async def change(unit: UnitOfWork, file: HouseholdFile) -> tuple[HouseholdFile, str]:
        if again := named_again({"person": file.application.person, "family": body.family}):
            faults = [Fault(f"/family/{at}/person", "Is the worker.") for _, at, *_ in again]
            raise Invalid("The worker does not stand among the family.", faults=faults)
        if file.permit is not None:
            record = await records.load(unit.connection, tables.work_permit, file.permit, lock=True)
            if not record.withdrawn:
                same = WorkPermit.read(record.body)
                await intake.revise_within(unit, PERMITS, record, same, asked.caller, "family changed")
        return file.model_copy(update={"family": body.family}), body.reason

    expect_plausible({}, body.family)
    return await step_file(asked, FILES, "change_family", change)


def expect_plausible(bodies: dict[str, WireModel], family: Family) -> None:
    """Raises Invalid with every fault of `bodies`, each under its pointer, and of the family."""
    plausibility.expect_all(bodies | {f"/family/{at}": member for at, member in enumerate(family)})


async def withdraw(asked: StepRequest, body: WithdrawalReason) -> HouseholdFileState:
    """The household no longer wants the permit. Raises as `step_file`."""

    async def change(_unit: UnitOfWork, file: HouseholdFile) -> tuple[HouseholdFile, str]:
        return file.model_copy(update={"status": "withdrawn"}), body.reason

    return await step_file(asked, FILES, "withdraw", change)
