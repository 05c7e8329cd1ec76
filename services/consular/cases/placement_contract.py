"""Contracts of placement agencies with employers abroad: for how many workers, where and until when (C6; [003])."""

from services.consular.store.tables import placement_contract
from shared import clock
from shared.events.consular import PlacementContract
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

CONTRACTS = RecordType(
    fact=PlacementContract,
    table=placement_contract,
    path="placement-contracts",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda contract: clock.start_of(contract.signed_on),
    day="signed_on",
)
