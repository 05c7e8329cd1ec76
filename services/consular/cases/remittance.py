"""Personal transfers from and to abroad, as the National Bank and others report them: no persons (C3).

They stand beside what the register and the host countries say of work abroad, as evidence of another kind.
"""

from services.consular.store.tables import remittance
from shared import clock
from shared.events.consular import Remittance
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

REMITTANCES = RecordType(
    fact=Remittance,
    table=remittance,
    path="remittances",
    writers=("statistician",),
    readers=("statistician", "consul"),
    scope=whole_country("a sum of transfers names nobody and belongs to no mission"),
    time=lambda reported: clock.start_of(reported.reported_on),
    day="reported_on",
)
