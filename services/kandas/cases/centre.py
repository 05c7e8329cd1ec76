"""Centres of temporary placement and of adaptation: opened, their places ordered from a day on (K2)."""

from collections.abc import Sequence

from services.kandas.store.tables import centre
from shared import clock
from shared.errors import Fault, Invalid
from shared.events.centres import MOST_ORDERS, Centre, CentreOrder
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import RecordType
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

_FIXED = ("kind", "region")


def _immutable_faults(old: Centre, new: Centre) -> Sequence[Fault]:
    said = "A centre stays what and where it is: close it, and open another."
    return [Fault(f"/{name}", said) for name in _FIXED if getattr(old, name) != getattr(new, name)]


CENTRES = RecordType(
    fact=Centre,
    table=centre,
    path="centres",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=lambda opened: clock.start_of(opened.opened_on),
    day="opened_on",
    immutable_faults=_immutable_faults,
)


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
