"""Work asked for and found: requests of kandas and resettlers to the employment body, and what came of them (K5)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.rules import employment_request as rules
from services.kandas.rules.employment_request import Standing
from services.kandas.rules.kandas_status import first_day_without
from services.kandas.store import employment_request as store
from services.kandas.store.quota_inclusion import lock_persons
from services.kandas.store.tables import employment_request
from shared import clock
from shared.db import records
from shared.errors import Conflict, Fault, Invalid
from shared.events.contradictions import contradiction
from shared.events.kandas import CloseReason, EmploymentRequest, ExpectedEmployment, KandasStatus, QuotaInclusion
from shared.events.wire import Bin, Country, Date, Occupation, PastDate, Region, SourceId, Text, WireModel, on
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

_FOLLOWS: Final = "Follows from the status or the inclusion: withdraw the request and enter another."
_FIXED: Final = ("source_id", "kind", "status", "inclusion", "region", "country_of_origin")
_OTHER_PERSON: Final = "Is not the person of the status or the inclusion: correct that first."
_WAITS: Final = "Another request of this person waits for work: end that one first."

TRANSITIONS: Final[Mapping[str, tuple[str, str, str]]] = {
    "place": ("asked", "found", "Work is found for a request that waits only"),
    "close": ("asked", "closed", "Only a request that waits can be closed"),
}
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


def _time(request: EmploymentRequest) -> datetime:
    return clock.start_of(request.found_on or request.closed_on or request.asked_on)


def _columns(request: EmploymentRequest) -> dict[str, Any]:
    return {
        "inclusion": request.inclusion,
        "state": request.state,
        "region": request.region,
        "asked_on": request.asked_on,
        "iin": request.person.iin,
        "document": document_of(request.person),
    }


def _immutable_faults(old: EmploymentRequest, new: EmploymentRequest) -> Sequence[Fault]:
    return [Fault(f"/{name}", _FOLLOWS) for name in _FIXED if getattr(old, name) != getattr(new, name)]


async def _asked_anew(unit: UnitOfWork, changes: Sequence[Revision[EmploymentRequest]]) -> None:
    """Raises Invalid where what a correction says could not have been asked, and Conflict where two would wait."""
    for change in changes:
        if (request := change.after) is None:
            continue
        holder = await _holder(unit.connection, request.status, request.inclusion)
        faults = [Fault("/record/asked_on", each) for each in _against(request.asked_on, holder)]
        for name in ("found_on", "closed_on"):
            if (day := getattr(request, name)) is not None and day > clock.today():
                faults.append(Fault(f"/record/{name}", plausibility.IN_THE_FUTURE))
        if request.person != holder.person:
            faults.append(Fault("/record/person", _OTHER_PERSON))
        if faults:
            raise Invalid("The request cannot have been so.", faults=faults)
        await _expect_alone(unit.connection, request, change.id)


REQUESTS = RecordType(
    fact=EmploymentRequest,
    table=employment_request,
    path="employment-requests",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="asked_on",
    columns=_columns,
    on_revised=_asked_anew,
    immutable_faults=_immutable_faults,
)


class EmploymentAsked(WireModel):
    """A settler asks for work, by the id of the status or of the inclusion, from which person and region follow."""

    source_id: SourceId
    status: UUID | None = Field(None, description="id of the status of kandas")
    inclusion: UUID | None = Field(None, description="id of the quota inclusion")
    office: Text | None = Field(None, description="the employment centre that was asked")
    occupation: Occupation | None = Field(None, description="wanted; null: any")
    asked_on: PastDate

    DAYS = on("asked_on")
    CONTRADICTIONS = (
        contradiction(
            "a request names a status or an inclusion, and not both",
            "inclusion",
            "status",
            found=lambda inclusion, status: (inclusion is None) == (status is None),
        ),
    )


class WorkFound(WireModel):
    """What work was found, where, and for how long it is expected to last."""

    found_on: PastDate
    employer_bin: Bin
    position: Occupation
    expected_employment: ExpectedEmployment


class ClosedWithout(WireModel):
    """Why and when a request ended without work."""

    closed_on: PastDate
    reason: CloseReason


class RequestTaken(Answer):
    """Where a request is held."""

    id: UUID
    source_id: SourceId


class WaitingRequest(Answer):
    """A request in the work list, without its person."""

    id: UUID
    kind: str
    region: Region
    country_of_origin: Country | None
    office: str | None
    occupation: str | None
    asked_on: Date


async def ask(engine: AsyncEngine, asked: EmploymentAsked, caller: Caller) -> tuple[RequestTaken, bool]:
    """Where the request is held, and whether it is new. Raises NotFound, also of a status or an inclusion out of the
    caller's reach, Invalid, and Conflict where the source id holds other content or another request waits."""
    async with unit_of_work(engine) as unit:
        holder = await _holder(unit.connection, asked.status, asked.inclusion, caller)
        wanted = _wanted(asked, holder)
        faults = [fault for fault in REQUESTS.refused(wanted, caller) if not fault.pointer.startswith("/person")]
        faults = faults or [Fault("/asked_on", each) for each in _against(asked.asked_on, holder)]
        if faults:
            raise Invalid("You cannot hand in this record.", faults=faults)
        await lock_persons(unit.connection, [holder.person])
        (taken,) = await intake.ingest(unit, REQUESTS, [wanted], [caller])
        if taken.outcome == "conflict":
            raise Conflict(intake.conflict_detail(taken))
        if new := taken.outcome == "created":
            await _expect_alone(unit.connection, wanted, taken.id)
    return RequestTaken(id=taken.id, source_id=asked.source_id), new


async def place(asked: StepRequest, found: WorkFound) -> RecordState[EmploymentRequest]:
    """Work was found. Raises as `step`, Invalid, and Conflict where the request does not wait."""
    changes = found.model_dump()
    return await _end(asked, "place", "/found_on", found.found_on, changes, "work found")


async def close(asked: StepRequest, closed: ClosedWithout) -> RecordState[EmploymentRequest]:
    """The request ends without work. Raises as `place`."""
    changes = {"closed_on": closed.closed_on, "close_reason": closed.reason}
    return await _end(asked, "close", "/closed_on", closed.closed_on, changes, closed.reason)


async def work_list(
    engine: AsyncEngine,
    state: str,
    region: str | None,
    after: tuple[date, UUID] | None,
    limit: int,
    caller: Caller,
) -> list[WaitingRequest]:
    """Requests in a state, longest waiting first, of what the caller reaches."""
    async with engine.connect() as connection:
        reached = within(caller, REQUESTS.scope, store.places())
        found = await store.in_state(connection, state, reached, region, after, limit)
    return [_line(id, EmploymentRequest.read(body)) for id, body in found]


def _line(id: UUID, request: EmploymentRequest) -> WaitingRequest:
    told = WaitingRequest.model_fields.keys() - {"id"}
    return WaitingRequest(id=id, **{name: getattr(request, name) for name in told})


async def _end(
    asked: StepRequest, act: str, pointer: str, day: date, changes: dict[str, Any], reason: str
) -> RecordState[EmploymentRequest]:
    async def change(_unit: UnitOfWork, request: EmploymentRequest) -> EmploymentRequest:
        before, after, said = TRANSITIONS[act]
        if request.state != before:
            raise Conflict(f"{said}; this one is {request.state}.")
        if found := rules.faults_of_ending(day, request.asked_on, clock.today()):
            raise Invalid("The request cannot end on that day.", faults=[Fault(pointer, each) for each in found])
        ended = EmploymentRequest.model_validate(dict(request) | {"state": after} | changes)
        plausibility.expect(ended)
        return ended

    return await step(asked, REQUESTS, change, reason=reason)


Holder = KandasStatus | QuotaInclusion
"""By what a person is a settler."""


async def _holder(
    connection: AsyncConnection, status: UUID | None, inclusion: UUID | None, caller: Caller | None = None
) -> Holder:
    """The record by which it is asked, for nobody else until the transaction ends; as `caller` may see it. Raises
    NotFound and, where it was withdrawn, Conflict."""
    by: tuple[RecordType[Any], Any] = (INCLUSIONS, inclusion) if status is None else (STATUSES, status)
    record_type, id = by
    record = await records.load(connection, record_type.table, id, lock=True)
    if caller is not None:
        intake.visible_fact(record_type, record, caller)
        if record.withdrawn:
            raise Conflict(intake.withdrawn_detail(record.changed_at))
    holder: Holder = record_type.fact.read(record.body)
    return holder


def _against(asked_on: date, holder: Holder) -> list[str]:
    return rules.faults_of_asking(asked_on, standing_of(holder), clock.today())


def standing_of(holder: Holder) -> Standing:
    """The days on which a status or an inclusion makes its person a settler."""
    if isinstance(holder, QuotaInclusion):
        return Standing(holder.included_on, holder.ended_on)
    if holder.state not in ("granted", "ended"):
        return Standing(None)
    ends = [holder.ended_on, None if holder.valid_until is None else first_day_without(holder.valid_until)]
    return Standing(holder.decided_on, min((day for day in ends if day is not None), default=None))


def _wanted(asked: EmploymentAsked, holder: Holder) -> EmploymentRequest:
    """As it goes on record."""
    return EmploymentRequest(
        **asked.model_dump(),
        kind=holder.kind if isinstance(holder, QuotaInclusion) else "kandas",
        person=holder.person,
        region=holder.region,
        country_of_origin=holder.country_of_origin,
        state="asked",
    )


async def _expect_alone(connection: AsyncConnection, request: EmploymentRequest, id: UUID) -> None:
    """Raises Conflict where another request of the person waits beside this one."""
    await lock_persons(connection, [request.person])
    if request.state == "asked" and await store.is_open(connection, request.person, except_for=[id]):
        raise Conflict(_WAITS)
