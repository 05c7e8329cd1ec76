"""Agencies that place workers abroad, as the labour ministry lists them (C6; [003])."""

from services.consular.store.tables import placement_agency
from shared import clock
from shared.events.consular import PlacementAgency
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

AGENCIES = RecordType(
    fact=PlacementAgency,
    table=placement_agency,
    path="placement-agencies",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda agency: clock.start_of(agency.ended_on or agency.listed_on),
    day="listed_on",
)
