"""Border crossings from Berkut (P1)."""

from datetime import datetime
from typing import Any

from services.portal.cases.border_alert import raise_alerts, raise_anew
from services.portal.store.tables import border_crossing
from shared.events.portal import BorderCrossing
from shared.records.kind import Kind
from shared.records.people import document_of


def _time(crossing: BorderCrossing) -> datetime:
    return crossing.crossed_at


def _columns(crossing: BorderCrossing) -> dict[str, Any]:
    return {
        "direction": crossing.direction,
        "crossed_at": crossing.crossed_at,
        "iin": crossing.person.iin,
        "document": document_of(crossing.person),
        "visa_number": crossing.visa_number,
    }


CROSSINGS = Kind(
    fact=BorderCrossing,
    table=border_crossing,
    path="border-crossings",
    writers=("border",),
    readers=("border", "migration-police"),
    time=_time,
    columns=_columns,
    entered=raise_alerts,
    changed=raise_anew,
)
