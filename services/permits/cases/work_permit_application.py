"""Applications for work permits: submitted, decided by the rules in force on the day, withdrawn or lapsed (L3).

The states and what leads from one to the next stand in TRANSITIONS; `decide` and `pay` are in work_permit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.employer import Employer, EmployerForm
from services.permits.cases.fee import FeeDue, Payment
from services.permits.cases.worker import Worker
from services.permits.rules import work_permit as rule
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked
from services.permits.store import quota
from services.permits.store import work_permit_application as store
from services.permits.store.tables import employer as employers
from services.permits.store.tables import work_permit_application as applications
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import FIRST, Record
from shared.errors import Fault, Invalid, NotFound
from shared.events.contradictions import Contradiction, Pointer, twice
from shared.events.wire import (
    Activity,
    Bin,
    Date,
    Region,
    SourceId,
    Text,
    WireModel,
)
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, expect_reach, within
from shared.kernel.decisions import Decision
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.files import File, FileType, open_file, read_file, step_file, submit_file
from shared.records.step import StepRequest

Status = Literal["submitted", "refused", "granted", "issued", "withdrawn", "lapsed"]
Act = Literal["decide", "set_fee", "pay", "withdraw", "lapse"]

TRANSITIONS: dict[Act, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    # granted, places are reserved and the fee is due; where none is due, the permits are issued at once
    "decide": (("submitted",), ("refused", "granted", "issued")),
    # by an officer, where the rulebook does not know the rate
    "set_fee": (("granted",), ("granted",)),
    "pay": (("granted",), ("issued",)),
    # by the employer: reserved places go back
    "withdraw": (("submitted", "granted"), ("withdrawn",)),
    # the fee was not paid in its term: reserved places go back
    "lapse": (("granted",), ("lapsed",)),
}
"""From which states each act leads, and to which."""


def _miscategorised(values: Mapping[str, Any]) -> list[Pointer]:
    """Where workers have no category, or for seasonal work have one."""
    seasonal = values["kind"] == "seasonal"
    workers = enumerate(values["workers"])
    return [("workers", at, "category") for at, worker in workers if (worker.category is None) != seasonal]


def _named_twice(values: Mapping[str, Any]) -> list[Pointer]:
    """Where a region stands a second time."""
    named = [values["region"], *values["further_regions"]]
    return [("further_regions", at - 1) for at in range(1, len(named)) if named[at] in named[:at]]


class Application(WireModel):
    """An employer asks for permits for up to a hundred workers, in one region or, each of them, in several: `region` is
    where it is decided. It is decided as a whole."""

    source_id: SourceId
    employer_bin: Bin
    kind: Literal["employer", "seasonal", "intra_corporate"]
    region: Region
    workers: list[Worker] = Field(min_length=1, max_length=100)
    further_regions: tuple[Region, ...] = Field((), max_length=19, description="in which every worker works besides")

    CONTRADICTIONS = (
        Contradiction(
            "every worker has a category, but for seasonal work none has", ("workers", "kind"), _miscategorised
        ),
        twice(
            "the same document stands there twice",
            "workers",
            lambda worker: worker.person.document,
            "person",
            "document",
        ),
        Contradiction("a region is named once", ("region", "further_regions"), _named_twice),
    )

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region of work, the one where it is decided first."""
        return (self.region, *self.further_regions)


APPLICATIONS = belongs_to(region="region", employer="employer_bin", shown_to={"region": "further_regions"})


class ApplicationFile(File):
    """An application and what became of it. `permits` are the permits-to-be, in the order of the workers, from the
    moment it is granted; `activity` and `employer_form` are the employer's when it applied."""

    application: Application
    activity: Activity
    status: Status
    submitted_on: Date
    decide_by: Date
    employer_form: EmployerForm | None = None
    decision: Decision | None = None
    fee: FeeDue | None = None
    payment: Payment | None = None
    permits: tuple[UUID, ...] = ()

    @property
    def asked(self) -> PermitsAsked:
        """What the rules see of it."""
        workers = tuple(
            WorkerAsked(
                w.category,
                w.person.citizenship,
                w.wage,
                w.valid_from,
                w.valid_until,
                w.vacancy.published_on if w.vacancy else None,
                w.free_as,
                w.person.iin is not None,
                w.occupation,
                w.education,
            )
            for w in self.application.workers
        )
        asked = self.application
        return PermitsAsked(
            asked.kind,
            asked.region,
            self.activity,
            workers,
            self.employer_form,
            self.submitted_on,
            asked.further_regions,
        )

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "employer_bin": self.application.employer_bin,
            "status": self.status,
            "decide_by": self.decide_by,
            "pay_by": self.fee.pay_by if self.fee else None,
        }


class FileState(Versioned, ApplicationFile):
    """An application and what became of it, as the register holds it."""

    id: UUID


async def _note(
    unit: UnitOfWork,
    id: UUID,
    file: ApplicationFile,
    caller: Caller,
    action: access_log.Action,
    reason: str | None,
) -> None:
    persons = [worker.person for worker in file.application.workers]
    await access_log.log_versions(unit.connection, caller, action, applications.name, id, persons, reason)


FILES = FileType(
    "There is no such work permit application.",
    applications,
    ApplicationFile,
    FileState,
    TRANSITIONS,
    scope=APPLICATIONS,
    note=_note,
)


class ApplicationReceipt(Versioned):
    """Where the application is held and when it will be decided at the latest."""

    id: UUID
    source_id: str
    decide_by: Date


class ApplicationLine(BaseModel):
    """An application in the work list, without its persons."""

    id: UUID
    employer_bin: Bin
    status: Status
    decide_by: Date
    pay_by: Date | None


class TakeBack(WireModel):
    """Why the employer no longer wants the permits."""

    reason: Text


async def submit(engine: AsyncEngine, application: Application, caller: Caller) -> tuple[ApplicationReceipt, bool]:
    """The receipt of the application, and whether it is new. Raises Forbidden, Invalid for an employer who is not
    registered, Conflict where the employer's source id holds another application."""
    expect_reach(caller, APPLICATIONS, application)
    expect_plausible(application)
    async with unit_of_work(engine) as unit:
        file = await drafted(unit, application, clock.today())
        name = f"{application.employer_bin}:{application.source_id}"
        held, new = await submit_file(unit, FILES, name, file, caller)
    receipt = ApplicationReceipt(id=held.id, version=FIRST, source_id=application.source_id, decide_by=held.decide_by)
    return receipt, new


def expect_plausible(application: Application) -> None:
    """Raises Invalid with every day that cannot be meant, in the application and of each worker."""
    workers = {f"/workers/{number}": worker for number, worker in enumerate(application.workers)}
    plausibility.expect_all({"": application, **workers})


async def drafted(unit: UnitOfWork, application: Application, today: date) -> ApplicationFile:
    """The application as it would be submitted today. Raises Invalid for an employer who is not registered."""
    employer = await _employer(unit, application)
    return ApplicationFile(
        application=application,
        activity=employer.activity,
        employer_form=employer.form,
        status="submitted",
        submitted_on=today,
        decide_by=rule.decide_by(today, rulebook().on(today)),
    )


async def _employer(unit: UnitOfWork, application: Application) -> Employer:
    try:
        record = await records.load_by_source(unit.connection, employers, application.employer_bin)
    except NotFound:
        fault = Fault("/employer_bin", "Is not registered here: PUT /v1/employers/{bin} first.")
        raise Invalid("The employer is not registered.", faults=[fault]) from None
    return Employer.model_validate_json(record.body)


def file_of(record: Record) -> ApplicationFile:
    """The application that the register holds."""
    return ApplicationFile.read(record.body)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> FileState:
    """Its present state; the reading is logged for every worker. Raises NotFound."""
    return await read_file(engine, FILES, id, caller)


async def find(
    engine: AsyncEngine, status: Status | None, after: tuple[date, UUID] | None, limit: int, caller: Caller
) -> Sequence[ApplicationLine]:
    """The work list, most urgent first: whose decision is due, without persons, of those that the caller
    reaches."""
    own = within(caller, APPLICATIONS, store.places(), store.shown())
    async with engine.connect() as connection:
        lines = await store.find(connection, applications, own, status, after, limit)
    return [ApplicationLine.model_validate(asdict(line)) for line in lines]


async def withdraw(asked: StepRequest, body: TakeBack) -> FileState:
    """The employer no longer wants the permits. Raises as `step_file`."""

    async def change(unit: UnitOfWork, file: ApplicationFile) -> tuple[ApplicationFile, str]:
        await quota.release(unit.connection, asked.id)
        return file.model_copy(update={"status": "withdrawn"}), body.reason

    return await step_file(asked, FILES, "withdraw", change)


async def peek(asked: StepRequest) -> ApplicationFile:
    """The application as it stands before an act, unlocked and shown to nobody: for what is asked of others before the
    transaction begins. Raises NotFound, also out of the caller's reach."""
    async with unit_of_work(asked.engine) as unit:
        _, file = await open_file(unit, FILES, asked.id, asked.caller)
    return file
