"""Signs of life from agencies whose registers meet persons (A5c): a person, a day or a month, and a region, no more.

Each agency reaches its own signs alone: which agency's register met a person is nobody else's business.
"""

from services.portal.store.tables import sign_of_life
from shared import clock
from shared.events.signs import SignOfLife
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType

SIGNS_OF_LIFE = RecordType(
    fact=SignOfLife,
    table=sign_of_life,
    path="signs-of-life",
    writers=("life-signs",),
    readers=("life-signs",),
    scope=belongs_to(office="agency"),
    time=lambda sign: clock.start_of(sign.seen_on),
    day="seen_on",
    key=lambda sign: f"{sign.agency}:{sign.source_id}",
)
