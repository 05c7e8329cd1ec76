"""Complaints against placement agencies, and what came of them (C6; [003]). Who complained is not on record."""

from services.consular.store.tables import placement_complaint
from shared import clock
from shared.events.consular import PlacementComplaint
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

COMPLAINTS = RecordType(
    fact=PlacementComplaint,
    table=placement_complaint,
    path="placement-complaints",
    writers=("permits-officer",),
    readers=("permits-officer", "consul", "statistician"),
    scope=whole_country("an agency places workers from the whole country; no record of it names a person"),
    time=lambda complaint: clock.start_of(complaint.settled_on or complaint.received_on),
    day="received_on",
)
