"""Complaints against placement agencies, and what came of them (C6; [003]). Who complained is not on record.

The agency is on the register on the day on which the complaint is received, or was before (placement_agency).
"""

from collections.abc import Sequence

from services.consular.rules.placement import was_listed
from services.consular.store import placement_agency as store
from services.consular.store.tables import placement_complaint
from shared import clock
from shared.errors import Fault, Refused
from shared.events.consular import PlacementComplaint
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import RecordType, Revision, StoredRecord

_NEVER_LISTED = (
    "No agency with this BIN was on the register by the day of receipt: enter the agency first, or mend BIN or day."
)


async def _expect_listed(unit: UnitOfWork, complaints: Sequence[PlacementComplaint], pointer: str) -> None:
    """Raises Refused where an agency was not on the register by the day of its complaint."""
    bins = {each.agency_bin for each in complaints}
    await store.lock(unit.connection, bins)
    listings = await store.listings(unit.connection, bins)
    if not all(was_listed(listings[each.agency_bin], each.received_on) for each in complaints):
        fault = Fault(pointer, _NEVER_LISTED)
        raise Refused("The agency is not on the register.", name="agency-unknown", faults=[fault])


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[PlacementComplaint]]) -> None:
    await _expect_listed(unit, [each.fact for each in entries], "/agency_bin")


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[PlacementComplaint]]) -> None:
    """Of corrections those alone that name another agency or day: older complaints may name an unknown one."""
    moved = [
        each.after
        for each in changes
        if each.after
        and (each.after.agency_bin, each.after.received_on) != (each.before.agency_bin, each.before.received_on)
    ]
    await _expect_listed(unit, moved, "/record/agency_bin")


COMPLAINTS = RecordType(
    fact=PlacementComplaint,
    table=placement_complaint,
    path="placement-complaints",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda complaint: clock.start_of(complaint.settled_on or complaint.received_on),
    day="received_on",
    on_created=_on_created,
    on_revised=_on_revised,
)
