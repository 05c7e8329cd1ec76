"""Centres of temporary placement and of adaptation: opened, their places ordered from a day on (K2)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.centre_stay import STAYS
from services.kandas.rules import centre_places
from services.kandas.store import centre_stay as stays
from services.kandas.store.tables import centre, centre_stay
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.errors import Fault, Invalid, Refused
from shared.events.centres import MOST_ORDERS, Centre, CentreOrder, CentreStay
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.record_type import RecordType, Revision
from shared.records.state import RecordState, state_of
from shared.records.step import StepRequest, step

_FIXED = ("kind", "region")


def _immutable_faults(old: Centre, new: Centre) -> Sequence[Fault]:
    said = "A centre stays what and where it is: close it, and open another."
    return [Fault(f"/{name}", said) for name in _FIXED if getattr(old, name) != getattr(new, name)]


async def _enough_for_all(unit: UnitOfWork, changes: Sequence[Revision[Centre]]) -> None:
    """Raises Refused where a centre, locked, would have fewer places on a day than are taken, or be gone from under
    those who are housed."""
    for change in changes:
        first = await stays.first_day(unit.connection, change.id)
        if first is None:
            continue
        orders = places_of(change.after) if change.after else {}
        held = await stays.changes(unit.connection, change.id, first)
        for span in centre_places.spans(orders, held, first):
            if span.left < 0:
                day, taken = span.since, span.taken
                found = f"On {day} {taken} places are taken: end these stays first, or order as many."
                raise Refused("The centre houses more than that.", name="places-taken", faults=[Fault("", found)])


def places_of(house: Centre) -> dict[date, int]:
    """How many places the centre has from a day on."""
    return {order.holds_from: order.places for order in house.orders}


CENTRES = RecordType(
    fact=Centre,
    table=centre,
    path="centres",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=lambda opened: clock.start_of(opened.opened_on),
    day="opened_on",
    on_revised=_enough_for_all,
    immutable_faults=_immutable_faults,
)


class CentreSpan(Answer):
    """Days with as many places, as many of them taken and left, until before `until`; for good where that is null."""

    since: date
    until: date | None
    places: int
    taken: int
    left: int


class CentreOccupancy(Answer):
    """The places of a centre from a day on, and who has one on that day."""

    on: date
    days: list[CentreSpan]
    stays: list[RecordState[CentreStay]]


async def occupancy(engine: AsyncEngine, id: UUID, on: date | None, caller: Caller) -> CentreOccupancy:
    """As of today if no day is given. Everybody who is shown is named in the access log. Raises NotFound."""
    day = on or clock.today()
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, centre, id)
        house = intake.visible_fact(CENTRES, record, caller)
        taken = await stays.changes(unit.connection, id, day)
        held = await records.read_all(unit.connection, centre_stay, await stays.on_day(unit.connection, id, day))
        shown = [state_of(STAYS, each) for each in held]
        entries = [access_log.Entry(caller, "read", each.id, each.record.person) for each in shown]
        await access_log.log_entries(unit.connection, STAYS.name, entries)
    spans = centre_places.spans(places_of(house), taken, day)
    days = [CentreSpan(**asdict(span), left=span.left) for span in spans]
    return CentreOccupancy(on=day, days=days, stays=shown)


async def order(asked: StepRequest, ordered: CentreOrder) -> RecordState[Centre]:
    """Gives the centre another number of places from a day on. Raises as `step`, and Invalid for a day that is not
    later than that of the order before it: what was ordered wrongly is corrected."""

    async def change(_unit: UnitOfWork, held: Centre) -> Centre:
        if ordered.holds_from <= (last := held.orders[-1].holds_from):
            fault = Fault("/holds_from", f"An order with effect from {last} is on record: begin later, or correct it.")
            raise Invalid("Orders of a centre take effect one after the other.", faults=[fault])
        if len(held.orders) == MOST_ORDERS:
            fault = Fault("", "Has as many orders as can be held: leave out past ones by a correction.")
            raise Invalid("The centre has no room for another order.", faults=[fault])
        return held.model_copy(update={"orders": (*held.orders, ordered)})

    return await step(asked, CENTRES, change, reason=ordered.act)
