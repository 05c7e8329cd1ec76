"""Border crossings from Berkut (P1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.portal.cases.border import border_alert
from services.portal.cases.stays import stay_registration
from services.portal.store.tables import border_crossing
from shared.events.portal import BorderCrossing
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import document_of
from shared.records.record_type import RecordType, Revision, StoredRecord


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


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> None:
    await border_alert.raise_alerts(unit, entries)
    await stay_registration.on_crossings_added(unit, entries)


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[BorderCrossing]]) -> None:
    await border_alert.refresh_alerts(unit, changes)
    await stay_registration.on_crossings_revised(unit, changes)


CROSSINGS = RecordType(
    fact=BorderCrossing,
    table=border_crossing,
    path="border-crossings",
    writers=("border",),
    readers=("border", "migration-police"),
    scope=belongs_to(checkpoint="checkpoint"),
    time=_time,
    day="crossed_at",
    moment="crossed_at",
    columns=_columns,
    alerts=border_alert.raised,
    on_created=_on_created,
    on_revised=_on_revised,
)
