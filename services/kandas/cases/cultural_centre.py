"""Cultural centres of Kazakhs abroad, as their public pages say (K8; concept of migration policy, plan 12)."""

from services.kandas.store.tables import cultural_centre
from shared import clock
from shared.events.compatriots import CulturalCentre
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

CULTURAL_CENTRES = RecordType(
    fact=CulturalCentre,
    table=cultural_centre,
    path="cultural-centres",
    writers=("kandas-officer", "consul"),
    readers=("kandas-officer", "consul", "statistician"),
    scope=whole_country("a centre lies abroad; no record of it names a person"),
    time=lambda centre: clock.start_of(centre.closed_on or centre.seen_on),
    day="seen_on",
)
