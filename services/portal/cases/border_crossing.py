"""Border crossings from Berkut (P1)."""

from datetime import datetime

from services.portal.store.tables import border_crossing
from shared.events.portal import BorderCrossing
from shared.records.kind import Kind


def _time(crossing: BorderCrossing) -> datetime:
    return crossing.crossed_at


CROSSINGS = Kind(
    fact=BorderCrossing,
    table=border_crossing,
    path="border-crossings",
    writers=("border",),
    readers=("border", "migration-police"),
    time=_time,
)
