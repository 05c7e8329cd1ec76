"""Border crossings from Berkut (P1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.portal.cases import border_alert, stay_registration
from services.portal.store.tables import border_crossing
from shared.db.unit import Unit
from shared.events.portal import BorderCrossing
from shared.records.kind import Change, Entry, Kind
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
