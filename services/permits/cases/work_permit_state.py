"""What happens to a permit after its issue: suspended, resumed, revoked, its business trips to other regions (L3).

The states and what leads from one to the next stand in TRANSITIONS. A permit expires by its last day: that follows from
the permit, no run brings it about, and no day passes on which one is overdue. A suspended worker stays counted among
the employer's foreigners and in DF_LABOUR, and the place stays used: the permit may be resumed.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Literal
from uuid import UUID

from services.permits.cases.labour_immigrant_permit import give_back_extensions
from services.permits.cases.work_permit import PERMITS
from services.permits.rules import business_trip as trip_rule
from services.permits.rules import quota as quota_rule
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota
from services.permits.store import work_permit_extension as extensions
from shared import clock
from shared.errors import Conflict, Fault, Invalid, Refused
from shared.events.permits import BusinessTrip, WorkPermit
from shared.events.wire import Date, Text, WireModel
from shared.http.answers import Versioned
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.step import StepRequest, step

State = Literal["issued", "suspended", "expired", "revoked"]
Act = Literal["suspend", "resume", "revoke", "travel"]

TRANSITIONS: dict[Act, tuple[tuple[State, ...], tuple[State, ...]]] = {
    "suspend": (("issued",), ("suspended",)),
    "resume": (("suspended",), ("issued",)),
    # an expired one too: that it ended before its last day may become known later
    "revoke": (("issued", "suspended", "expired"), ("revoked",)),
    "travel": (("issued",), ("issued",)),
}
"""From which states each act leads, and to which."""


class Revocation(WireModel):
    """Why a permit ends, and the first day on which it no longer holds."""

    reason: Text
    ended_on: Date


class Suspension(WireModel):
    """Why a permit does not hold for the time being, and the first day of it."""

    reason: Text
    suspended_on: Date


class Resumption(WireModel):
    """Why a suspended permit holds again, from today."""

    reason: Text


class PermitAfter(Versioned):
    """The permit after an act, and the state that it is in."""

    id: UUID
    state: State = "revoked"  # an answer kept under a key before it had one is that of a revocation
    permit: WorkPermit


def state_of(permit: WorkPermit, today: date) -> State:
    """What the permit is on a day: its last day over, it has expired, suspended or not."""
    if permit.status == "revoked":
        return "revoked"
    if permit.valid_until < today:
        return "expired"
    return "suspended" if permit.suspended_on else "issued"


async def _act(
    asked: StepRequest, act: Act, change: Callable[[UnitOfWork, WorkPermit], Awaitable[WorkPermit]], reason: str
) -> PermitAfter:
    """Raises as `step`, Conflict in a state that the act does not lead from, and what `change` raises."""
    sources, targets = TRANSITIONS[act]
    today = clock.today()

    async def within(unit: UnitOfWork, permit: WorkPermit) -> WorkPermit:
        state = state_of(permit, today)
        if state not in sources:
            raise Conflict(f"The permit is {state}; this can be done only while it is {' or '.join(sources)}.")
        changed = await change(unit, permit)
        if state_of(changed, today) not in targets:
            raise ValueError(f"{act} does not lead to {state_of(changed, today)}")
        return changed

    done = await step(asked, PERMITS, within, reason=reason)
    return PermitAfter(id=done.id, version=done.version, state=state_of(done.record, today), permit=done.record)


async def suspend(asked: StepRequest, suspension: Suspension) -> PermitAfter:
    """The permit does not hold from a day on, until it is resumed. Raises as `_act`, Invalid for a day outside its time
    or to come."""

    async def change(_unit: UnitOfWork, permit: WorkPermit) -> WorkPermit:
        latest = min(clock.today(), permit.valid_until)
        if not permit.issued_on <= suspension.suspended_on <= latest:
            fault = Fault("/suspended_on", f"Must lie between the issue, {permit.issued_on}, and {latest}.")
            raise Invalid("The permit cannot be suspended from that day.", faults=[fault])
        return permit.model_copy(update={"suspended_on": suspension.suspended_on})

    return await _act(asked, "suspend", change, suspension.reason)


async def resume(asked: StepRequest, resumption: Resumption) -> PermitAfter:
    """The suspended permit holds again, to its old last day. Raises as `_act`."""

    async def change(_unit: UnitOfWork, permit: WorkPermit) -> WorkPermit:
        return permit.model_copy(update={"suspended_on": None})

    return await _act(asked, "resume", change, resumption.reason)


async def revoke(asked: StepRequest, revocation: Revocation) -> PermitAfter:
    """Ends a permit. Its place goes back to the quota only if it never was in force (see rules.quota.gives_back); that
    of an extension, if the extension had not begun.
    Raises as `_act`, Invalid for a day outside its time."""

    async def change(unit: UnitOfWork, permit: WorkPermit) -> WorkPermit:
        ended_on = revocation.ended_on
        if not permit.issued_on <= ended_on <= permit.valid_until:
            fault = Fault("/ended_on", f"Must lie between the issue, {permit.issued_on}, and {permit.valid_until}.")
            raise Invalid("The permit cannot end on that day.", faults=[fault])
        if quota_rule.gives_back(permit.valid_from, ended_on):
            await quota.give_back(unit.connection, asked.id, permit.further_regions)
        await quota.give_back_all(unit.connection, await extensions.not_begun(unit.connection, asked.id, ended_on))
        await give_back_extensions(unit, asked.id, ended_on)
        return permit.model_copy(update={"status": "revoked", "ended_on": ended_on, "suspended_on": None})

    return await _act(asked, "revoke", change, revocation.reason)


async def travel(asked: StepRequest, trip: BusinessTrip) -> PermitAfter:
    """Puts a business trip to another region on the permit. Raises as `_act`, Invalid with all that is wrong with the
    trip, Refused beyond the days of the calendar year that the norms allow."""

    async def change(_unit: UnitOfWork, permit: WorkPermit) -> WorkPermit:
        _expect_trip(permit, trip)
        _expect_days_left(permit, trip)
        trips = sorted((*permit.business_trips, trip), key=lambda each: (each.starts_on, each.ends_on, each.region))
        return permit.model_copy(update={"business_trips": tuple(trips)})

    return await _act(asked, "travel", change, "business trip to another region")


def _expect_trip(permit: WorkPermit, trip: BusinessTrip) -> None:
    faults = []
    if trip.region in (permit.region, *permit.further_regions):
        faults.append(Fault("/region", "Is the permit's own region: no business trip is needed."))
    for name, day in (("starts_on", trip.starts_on), ("ends_on", trip.ends_on)):
        if not permit.valid_from <= day <= permit.valid_until:
            within = f"Must lie within the permit's time, {permit.valid_from} to {permit.valid_until}."
            faults.append(Fault(f"/{name}", within))
    if any(trip.starts_on <= each.ends_on and each.starts_on <= trip.ends_on for each in permit.business_trips):
        faults.append(Fault("/starts_on", "Meets another business trip of the permit: a day belongs to one."))
    if faults:
        raise Invalid("The business trip does not fit the permit.", faults=faults)


def _expect_days_left(permit: WorkPermit, trip: BusinessTrip) -> None:
    norm = rulebook().on(clock.today())["business_trip_days"]
    others = [(each.starts_on, each.ends_on) for each in permit.business_trips]
    found = trip_rule.beyond((trip.starts_on, trip.ends_on), others, norm)
    faults = [
        Fault("/ends_on", f"{days} days too many in {year}: at most {norm.whole()} days of a calendar year.")
        for year, days in found.items()
    ]
    if faults:
        detail = "Beyond the days of business trips: shorten the trip, or apply for a permit in the other region."
        raise Refused(detail, name="business-trips-used-up", faults=faults)
