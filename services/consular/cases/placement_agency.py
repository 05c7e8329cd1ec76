"""Agencies that place workers abroad, as the labour ministry lists them (C6; [003]).

Contracts and complaints name agencies that are on this register. What takes an agency off it, a correction or a
withdrawal, is refused as long as records name the agency on days on which it would not be there.
"""

from collections.abc import Sequence

from services.consular.rules.placement import Listing, is_listed, was_listed
from services.consular.store import placement_agency as store
from services.consular.store.tables import placement_agency
from shared import clock
from shared.errors import Fault, Refused
from shared.events.consular import PlacementAgency
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import RecordType, Revision

_STILL_NAMED = (
    "Contracts or complaints name the agency on days on which it would not be on the register: correct or withdraw"
    " these first."
)


async def _none_left_behind(unit: UnitOfWork, changes: Sequence[Revision[PlacementAgency]]) -> None:
    """Raises Refused where a contract or complaint would no longer name an agency that is on the register."""
    bins = {each.before.agency_bin for each in changes}
    await store.lock(unit.connection, bins)
    held = await store.listings(unit.connection, bins)
    for change in changes:
        bin = change.before.agency_bin
        before, now = [Listing(change.before.listed_on, change.before.ended_on)], held[bin]
        signed = [each.signed_on for each in await store.contracts_of(unit.connection, bin)]
        received = [each.received_on for each in await store.complaints_of(unit.connection, bin)]
        if any(is_listed(before, day) and not is_listed(now, day) for day in signed) or any(
            was_listed(before, day) and not was_listed(now, day) for day in received
        ):
            raise Refused("The agency is still named.", name="agency-still-named", faults=[Fault("", _STILL_NAMED)])


AGENCIES = RecordType(
    fact=PlacementAgency,
    table=placement_agency,
    path="placement-agencies",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda agency: clock.start_of(agency.ended_on or agency.listed_on),
    day="listed_on",
    on_revised=_none_left_behind,
)
