"""A place in a centre: left, ended with its ground or its term; who is housed on a day, and what is left (K2).

A family is placed together (centre_placement). The place is given back on the day on which the stay ends, whatever
ends it: the decision on the status, its end, expiry, correction or withdrawal end it in their own transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.rules import centre_stay as rules
from services.kandas.rules.centre_stay import Ground
from services.kandas.rules.kandas_status import first_day_without
from services.kandas.store import centre_stay as store
from services.kandas.store.tables import centre_stay, kandas_status
from shared import clock
from shared.db import records
from shared.errors import Conflict, Fault, Invalid, Refused
from shared.events.centres import CentreStay
from shared.events.kandas import KandasStatus
from shared.events.wire import Date, WireModel
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.intake import RecordChange
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

_DECIDED = "Was decided and cannot be corrected: withdraw the stay and ask anew."
SUBJECT_TO_CORRECTION = {"person"}
ENDED_AT_ONCE = 500


def _gone_on(stay: CentreStay) -> date:
    return stay.ended_on or first_day_without(stay.until)


def _time(stay: CentreStay) -> datetime:
    return clock.start_of(stay.ended_on or stay.since)


def _columns(stay: CentreStay) -> dict[str, Any]:
    return {
        "centre": stay.centre,
        "status": stay.status,
        "state": stay.state,
        "since": stay.since,
        "gone_on": _gone_on(stay),
        "iin": stay.person.iin,
        "document": document_of(stay.person),
    }


def _immutable_faults(old: CentreStay, new: CentreStay) -> Sequence[Fault]:
    """A correction mends who the person is; everything else was decided."""
    decided = old.model_dump(exclude=SUBJECT_TO_CORRECTION), new.model_dump(exclude=SUBJECT_TO_CORRECTION)
    return [Fault(f"/{name}", _DECIDED) for name in decided[0] if decided[0][name] != decided[1][name]]


async def _person_of_the_status(unit: UnitOfWork, changes: Sequence[Revision[CentreStay]]) -> None:
    """Raises Refused where a correction names another person than the status by which the place is held."""
    for change in changes:
        if change.after is None or change.after.person == change.before.person:
            continue
        status = await records.load(unit.connection, kandas_status, change.after.status)
        if KandasStatus.read(status.body).person != change.after.person:
            fault = Fault("/record/person", "Is not the person of the status: correct that one first.")
            raise Refused("The correction names another person.", name="not-the-person", faults=[fault])


STAYS = RecordType(
    fact=CentreStay,
    table=centre_stay,
    path="centre-stays",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="since",
    columns=_columns,
    on_revised=_person_of_the_status,
    immutable_faults=_immutable_faults,
)

TRANSITIONS = {
    "leave": ("placed", "ended", "Only a stay that lasts can be left"),
    "end": ("placed", "ended", "Only a stay that lasts can end"),
}
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


class Leaving(WireModel):
    """Since when the person no longer has the place."""

    ended_on: Date


def _after(act: str, stay: CentreStay, ended_on: date, reason: Literal["left", "ground", "term"]) -> CentreStay:
    """The stay after `act`. Raises Conflict in a state without this act."""
    before, then, said = TRANSITIONS[act]
    if stay.state != before:
        raise Conflict(f"{said}; this one is {stay.state}.")
    return CentreStay.model_validate(dict(stay) | {"state": then, "ended_on": ended_on, "end_reason": reason})


async def leave(asked: StepRequest, leaving: Leaving) -> RecordState[CentreStay]:
    """Ends a stay before its time. Raises as `step`, Invalid, and Conflict where it has ended."""

    async def change(_unit: UnitOfWork, stay: CentreStay) -> CentreStay:
        left = _after("leave", stay, max(leaving.ended_on, stay.since), "left")
        found = rules.faults_of_end(leaving.ended_on, since=stay.since, until=stay.until, today=clock.today())
        if faults := [Fault("/ended_on", each) for each in found]:
            raise Invalid("The stay cannot end on that day.", faults=faults)
        return left

    return await step(asked, STAYS, change, reason="left")


def ground_of(status: KandasStatus) -> Ground:
    """What the status on record gives a stay for."""
    return Ground(
        applied_on=status.applied_on,
        decided_on=status.decided_on,
        granted=status.state in ("granted", "ended"),
        valid_until=status.valid_until,
        ended_on=status.ended_on,
    )


async def end_without_ground(unit: UnitOfWork, statuses: Mapping[UUID, KandasStatus | None], caller: Caller) -> None:
    """Ends the stays by these statuses, as they are from now on (None: withdrawn), on the day on which their ground is
    gone; one that had not begun, on its first."""

    def gone(stay: CentreStay) -> date | None:
        status = statuses[stay.status]
        day = rules.gone_on(stay.kind, ground_of(status) if status else None, clock.today())
        return max(day, stay.since) if day and day < _gone_on(stay) else None

    found = await store.placed_by(unit.connection, statuses)
    await _end(unit, found, gone, "ground", caller)


async def _end(
    unit: UnitOfWork,
    ids: Sequence[UUID],
    gone: Callable[[CentreStay], date | None],
    reason: Literal["ground", "term"],
    caller: Caller,
) -> None:
    """Ends those of the locked stays for which `gone` says the first day without them."""
    held = await records.read_all(unit.connection, centre_stay, ids)
    changes = []
    for record in held:
        stay = CentreStay.read(record.body)
        if (day := gone(stay)) is not None:
            changes.append(RecordChange(record, stay, _after("end", stay, day, reason), reason))
    if changes:
        await intake.revise_together(unit, STAYS, changes, caller)


async def end_past_term(engine: AsyncEngine) -> None:
    """Ends every stay whose last day is over. May run at any time, also beside itself."""
    while await _end_some(engine, Caller("kandas", frozenset({"system"}))):
        pass


async def _end_some(engine: AsyncEngine, caller: Caller) -> int:
    async with unit_of_work(engine) as unit:
        found = await store.past_term(unit.connection, clock.today(), ENDED_AT_ONCE)
        await _end(unit, found, _gone_on, "term", caller)
    return len(found)
