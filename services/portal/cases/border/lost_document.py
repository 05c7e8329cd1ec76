"""Travel documents reported lost, stolen or invalid (P6): whoever crosses the border on one raises an alert."""

from services.portal.store.tables import lost_document
from shared import clock
from shared.events.border_control import LostDocument
from shared.identity.scope import whole_country
from shared.kernel.documents import identity_key
from shared.records.record_type import RecordType

LOST_DOCUMENTS = RecordType(
    fact=LostDocument,
    table=lost_document,
    path="lost-documents",
    writers=("migration-police", "border"),
    readers=("migration-police", "border"),
    scope=whole_country("whoever shows the document anywhere must be met"),
    time=lambda fact: clock.start_of(fact.reported_on),
    columns=lambda fact: {
        "document": identity_key(fact.document.issuing_state, fact.document.number),
        "reported_on": fact.reported_on,
        "settled_on": fact.settled_on,
    },
)
