"""Notable ethnic Kazakhs abroad, as public pages name them (K8; concept of migration policy, plan 12)."""

from services.kandas.store.tables import notable_kazakh
from shared import clock
from shared.events.compatriots import NotableKazakh
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

NOTABLE_KAZAKHS = RecordType(
    fact=NotableKazakh,
    table=notable_kazakh,
    path="notable-kazakhs",
    writers=("kandas-officer", "consul"),
    readers=("kandas-officer", "consul", "statistician"),
    scope=whole_country("who is named lives abroad, and a public page says all that stands here"),
    time=lambda person: clock.start_of(person.seen_on),
    day="seen_on",
)
