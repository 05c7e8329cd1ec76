"""Business immigrants: on which ground, with which company, until when (L4)."""

from collections.abc import Sequence
from datetime import datetime

from services.permits.rules import business_immigrant as rule
from services.permits.rules.rulebook import rulebook
from services.permits.store.tables import business_immigrant
from shared import clock
from shared.errors import Fault
from shared.events.permits import BusinessImmigrant
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(immigrant: BusinessImmigrant) -> datetime:
    return clock.start_of(immigrant.valid_from)


def _submission_faults(immigrant: BusinessImmigrant, _caller: Caller) -> Sequence[Fault]:
    norms = rulebook().on(immigrant.valid_from)
    found = rule.contradictions(
        immigrant.ground, immigrant.person.citizenship, immigrant.valid_from, immigrant.valid_until, norms
    )
    return [Fault(member, why) for member, why in found]


BUSINESS_IMMIGRANTS = RecordType(
    fact=BusinessImmigrant,
    table=business_immigrant,
    path="business-immigrants",
    writers=("permits-officer",),
    readers=("employer", "permits-officer"),
    scope=belongs_to(region="region", employer="company_bin"),
    time=_time,
    day="valid_from",
    submission_faults=_submission_faults,
)
