"""Border crossings from Berkut (P1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.portal.cases.border import border_alert
from services.portal.cases.stays import stay_registration
from services.portal.store.tables import border_crossing
from shared.events.portal import BorderCrossing
from shared.outbox.unit_of_work import Unit
from shared.records.people import document_of
from shared.records.record_type import Change, Entry, Kind


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


async def _entered(unit: Unit, entries: Sequence[Entry[BorderCrossing]]) -> None:
    await border_alert.raise_alerts(unit, entries)
    await stay_registration.crossed(unit, entries)


async def _changed(unit: Unit, change: Change[BorderCrossing]) -> None:
    await border_alert.raise_anew(unit, change)
    await stay_registration.recrossed(unit, change)


CROSSINGS = Kind(
    fact=BorderCrossing,
    table=border_crossing,
    path="border-crossings",
    writers=("border",),
    readers=("border", "migration-police"),
    time=_time,
    columns=_columns,
    entered=_entered,
    changed=_changed,
)
