"""Citizens in trouble abroad, and what the mission's assistance came to (C4).

A case is its mission's own affair: nobody else reads it. Statistics are told the country, the kind and the days.
"""

from services.consular.store.tables import assistance_case
from shared import clock
from shared.events.consular import AssistanceCase
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType

ASSISTANCE = RecordType(
    fact=AssistanceCase,
    table=assistance_case,
    path="assistance-cases",
    writers=("consul",),
    readers=("consul",),
    scope=belongs_to(mission="mission", person="person.iin"),
    time=lambda case: clock.start_of(case.closed_on or case.opened_on),
    day="opened_on",
)
