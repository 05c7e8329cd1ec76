"""The competent body asks missions for their host countries' figures; the missions answer ([000] 1; C2).

The states and what leads from one to the next stand in TRANSITIONS. An answer is a host-country figure of its own
record, so that it is corrected and read as any other; a request whose day has passed is overdue, and stays open.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.consular.cases.host_country_figure import FIGURES
from services.consular.store.tables import statistics_request
from shared import clock
from shared.errors import Conflict, Fault, Invalid
from shared.events.consular import Amount, HostCountryFigure, Reliability, StatisticsRequest
from shared.events.wire import Date, SourceId, Text, WireModel
from shared.http.reading import checked
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import intake
from shared.records.record_type import RecordType
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

State = Literal["asked", "answered", "declined"]
Act = Literal["answer", "decline"]

TRANSITIONS: dict[Act, tuple[tuple[State, ...], tuple[State, ...]]] = {
    # by the mission, with the figure that the host country gave
    "answer": (("asked",), ("answered",)),
    # by the mission: the host country gives no figure
    "decline": (("asked",), ("declined",)),
}
"""From which states each act leads, and to which."""


def _by_the_mission_alone(old: StatisticsRequest, new: StatisticsRequest) -> Sequence[Fault]:
    """What came of a request is said by an act, never by a correction."""
    names = ("state", "settled_on", "figure", "declined_because")
    return [Fault(f"/{name}", "Cannot be changed.") for name in names if getattr(old, name) != getattr(new, name)]


def _submission_faults(request: StatisticsRequest, _caller: Caller) -> Sequence[Fault]:
    return [] if request.state == "asked" else [Fault("/state", "A request begins as asked; the mission answers it.")]


REQUESTS = RecordType(
    fact=StatisticsRequest,
    table=statistics_request,
    path="statistics-requests",
    writers=("statistician",),
    readers=("statistician", "consul"),
    scope=belongs_to(
        mission="mission", everywhere_for={"statistician": "the competent body asks every mission; no person is named"}
    ),
    time=lambda request: clock.start_of(request.settled_on or request.asked_on),
    day="asked_on",
    columns=lambda asked: {"mission": asked.mission, "state": asked.state, "answer_by": asked.answer_by},
    immutable_faults=_by_the_mission_alone,
    submission_faults=_submission_faults,
)


class HostCountryAnswer(WireModel):
    """The host country's figure for the country, concept and period that were asked for."""

    source_id: SourceId
    value: Amount
    source: Text
    reliability: Reliability
    reported_on: Date


class Decline(WireModel):
    """Why the host country gives no figure, such as the protection of personal data."""

    reason: Text


class OverdueRequest(BaseModel):
    """An open request whose day has passed."""

    id: UUID
    source_id: str
    mission: str
    answer_by: date


async def answer(asked: StepRequest, answer: HostCountryAnswer) -> RecordState[StatisticsRequest]:
    """Takes the figure into the register and names it in the request, both or neither. Raises as `step`, Conflict for
    a request that was settled or a source_id that holds another figure, Invalid for a figure that cannot be."""

    async def change(unit: UnitOfWork, request: StatisticsRequest) -> StatisticsRequest:
        _expect("answer", request)
        figure = HostCountryFigure(
            source_id=answer.source_id,
            country=request.country,
            concept=request.concept,
            period=request.period,
            value=answer.value,
            source=answer.source,
            reliability=answer.reliability,
            reported_on=answer.reported_on,
        )
        if faults := FIGURES.refused(figure, asked.caller):
            raise Invalid("The answer is not valid.", faults=faults)
        (taken,) = await intake.ingest(unit, FIGURES, [figure], [asked.caller])
        if taken.outcome == "conflict":
            raise Conflict(intake.conflict_detail(taken))
        return _settled(request, state="answered", figure=answer.source_id)

    return await step(asked, REQUESTS, change, reason="answered")


async def decline(asked: StepRequest, decline: Decline) -> RecordState[StatisticsRequest]:
    """The host country gives no figure. Raises as `answer`."""

    async def change(_unit: UnitOfWork, request: StatisticsRequest) -> StatisticsRequest:
        _expect("decline", request)
        return _settled(request, state="declined", declined_because=decline.reason)

    return await step(asked, REQUESTS, change, reason=decline.reason)


def _expect(act: Act, request: StatisticsRequest) -> None:
    if request.state not in TRANSITIONS[act][0]:
        raise Conflict("The request was settled before; ask anew for another figure.")


def _settled(request: StatisticsRequest, **changes: object) -> StatisticsRequest:
    return checked(StatisticsRequest, dict(request) | {"settled_on": clock.today()} | changes)


async def overdue(engine: AsyncEngine, limit: int, caller: Caller) -> list[OverdueRequest]:
    """Open requests within the caller's reach whose day has passed, the longest overdue first."""
    table = statistics_request
    late = (table.c.state == "asked", table.c.answer_by < clock.today(), ~table.c.withdrawn)
    reached = within(caller, REQUESTS.scope, {"mission": table.c.mission})
    query = select(table.c.id, table.c.source_id, table.c.mission, table.c.answer_by).where(*late, reached)
    async with engine.connect() as connection:
        rows = await connection.execute(query.order_by(table.c.answer_by, table.c.id).limit(limit))
        return [OverdueRequest(**row._mapping) for row in rows]
