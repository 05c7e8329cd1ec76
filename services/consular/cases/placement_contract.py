"""Contracts of placement agencies with employers abroad: for how many workers, where and until when (C6; [003]).

The agency is on the register on the day on which the contract is signed (placement_agency).
"""

from collections.abc import Sequence

from services.consular.rules.placement import is_listed
from services.consular.store import placement_agency as store
from services.consular.store.tables import placement_contract
from shared import clock
from shared.errors import Fault, Refused
from shared.events.consular import PlacementContract
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import RecordType, Revision, StoredRecord

_NOT_LISTED = (
    "No agency with this BIN is on the register on the day of signature: enter the agency first, or mend BIN or day."
)


async def _expect_listed(unit: UnitOfWork, contracts: Sequence[PlacementContract], pointer: str) -> None:
    """Raises Refused where an agency is not on the register on the day of its contract."""
    bins = {each.agency_bin for each in contracts}
    await store.lock(unit.connection, bins)
    listings = await store.listings(unit.connection, bins)
    if not all(is_listed(listings[each.agency_bin], each.signed_on) for each in contracts):
        raise Refused("The agency is not on the register.", name="agency-unknown", faults=[Fault(pointer, _NOT_LISTED)])


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[PlacementContract]]) -> None:
    await _expect_listed(unit, [each.fact for each in entries], "/agency_bin")


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[PlacementContract]]) -> None:
    """Of corrections those alone that name another agency or day: older contracts may name an unknown one."""
    moved = [
        each.after
        for each in changes
        if each.after
        and (each.after.agency_bin, each.after.signed_on) != (each.before.agency_bin, each.before.signed_on)
    ]
    await _expect_listed(unit, moved, "/record/agency_bin")


CONTRACTS = RecordType(
    fact=PlacementContract,
    table=placement_contract,
    path="placement-contracts",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda contract: clock.start_of(contract.signed_on),
    day="signed_on",
    on_created=_on_created,
    on_revised=_on_revised,
)
