"""Travel documents reported lost, stolen or invalid (P6): whoever crosses the border on one raises an alert."""

from collections.abc import Sequence

from services.portal.store.tables import lost_document
from shared import clock
from shared.errors import Fault
from shared.events.border_control import LostDocument
from shared.identity.callers import Caller
from shared.identity.scope import whole_country
from shared.kernel.documents import identity_key, is_filler
from shared.records.record_type import RecordType


def _submission_faults(report: LostDocument, _caller: Caller) -> Sequence[Fault]:
    return [Fault("/document/number", "Says that there is no number.")] if is_filler(report.document.number) else []


LOST_DOCUMENTS = RecordType(
    fact=LostDocument,
    table=lost_document,
    path="lost-documents",
    writers=("migration-police", "border"),
    readers=("migration-police", "border"),
    scope=whole_country("whoever shows the document anywhere must be met"),
    time=lambda fact: clock.start_of(fact.reported_on),
    day="reported_on",
    columns=lambda fact: {
        "document": identity_key(fact.document.issuing_state, fact.document.number),
        "reported_on": fact.reported_on,
        "settled_on": fact.settled_on,
    },
    submission_faults=_submission_faults,
)
