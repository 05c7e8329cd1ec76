"""Alerts on crossings that meet a ban on entry, a document that must not pass, or another person's visa (P6, P2).

They are raised in the transaction of the crossing, which happened and is never refused. An alert tells what the border
was to know at the crossing: a ban that is lifted or withdrawn later takes nothing back, a correction of the crossing
does.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border import recognition
from services.portal.rules.border.recognition import Recognition, is_another, recognise
from services.portal.store.border import border_alert as store
from services.portal.store.border.border_alert import Looked, Marks, Met
from services.portal.store.tables import border_alert
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.events.border_control import AlertKind, BorderAlert, EntryBan, LostDocument, RaisedAlert
from shared.events.portal import BorderCrossing
from shared.events.visa import Visa
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.kernel import spellings
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import birth_year, document_of, name_birth_key, names_of
from shared.records.record_type import RecordType, Revision, StoredRecord
from shared.records.state import RecordState, state_of

ALERTS = RecordType(
    fact=BorderAlert,
    table=border_alert,
    path="border-alerts",
    writers=("border",),
    readers=("border", "migration-police"),
    scope=belongs_to(checkpoint="checkpoint"),
    time=lambda alert: alert.crossed_at,
    day="crossed_at",
    columns=lambda alert: {"crossing": UUID(alert.crossing)},
)

PORTAL = Caller("portal", frozenset({"system"}))


async def raise_alerts(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> None:
    """One statement for all of them; more only where something may be met."""
    if alerts := await _alerts(unit, entries):
        await intake.ingest(unit, ALERTS, alerts, [PORTAL] * len(alerts))


async def refresh_alerts(unit: UnitOfWork, changes: Sequence[Revision[BorderCrossing]]) -> None:
    """Withdraws the alerts that the crossings as corrected do not raise, and raises those that they do."""
    entries = [StoredRecord(change.id, change.after) for change in changes if change.after is not None]
    ids = [change.id for change in changes]
    sieved = await store.sieved(unit.connection, _marks([entry.fact for entry in entries], ids))
    alerts = {alert.source_id: alert for alert in await _among(unit, entries, sieved)}
    raised = [id for id in ids if str(id) in sieved]
    for id in await store.of_crossings(unit.connection, raised) if raised else ():
        record = await records.load(unit.connection, border_alert, id, lock=True)
        await _revise(unit, record, alerts.pop(record.source_id, None))
    if alerts:
        await intake.ingest(unit, ALERTS, list(alerts.values()), [PORTAL] * len(alerts))


async def raised(unit: UnitOfWork, crossings: Sequence[UUID]) -> Mapping[UUID, Sequence[RaisedAlert]]:
    """The alerts in effect of those crossings that have any."""
    found: dict[UUID, list[RaisedAlert]] = {}
    for row in await store.in_effect(unit.connection, crossings):
        alert = BorderAlert.read(row.body)
        told = RaisedAlert(id=row.id, kind=alert.kind, evidence=alert.evidence, certainty=alert.certainty)
        found.setdefault(row.crossing, []).append(told)
    return found


async def _revise(unit: UnitOfWork, record: Record, alert: BorderAlert | None) -> None:
    held = BorderAlert.read(record.body)
    if alert is not None and (record.withdrawn or alert != held):
        await intake.revise_within(unit, ALERTS, record, alert, PORTAL, "the crossing was corrected")
    elif alert is None and not record.withdrawn:
        await intake.revise_within(
            unit, ALERTS, record, held, PORTAL, "the crossing was corrected or withdrawn", withdrawn=True
        )


async def _alerts(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> list[BorderAlert]:
    return await _among(unit, entries, await store.sieved(unit.connection, _marks([entry.fact for entry in entries])))


async def _among(
    unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]], sieved: Collection[str]
) -> list[BorderAlert]:
    """The alerts that are raised by those of the entries whose marks are among what was `sieved`."""
    crossings = {entry.id: entry.fact for entry in entries if any(mark in sieved for mark in _shown(entry.fact))}
    if not crossings:
        return []
    found = await store.met(unit.connection, [_looked(id, crossing) for id, crossing in crossings.items()])
    return [alert for met in found if (alert := _alert(crossings[met.crossing], met))]


def _marks(crossings: Sequence[BorderCrossing], raised: Collection[UUID] = ()) -> Marks:
    entering = [crossing for crossing in crossings if crossing.direction == "entry"]
    return Marks(
        documents={document for crossing in crossings if (document := document_of(crossing.person))},
        iins={crossing.person.iin for crossing in entering if crossing.person.iin},
        visas={crossing.visa_number for crossing in entering if crossing.visa_number},
        born={crossing.person.birth_date for crossing in entering},
        raised=raised,
    )


def _shown(crossing: BorderCrossing) -> tuple[str | None, ...]:
    """The marks of one crossing. They are written so that none of one kind is one of another; and were it, no more
    than was needed would be looked up."""
    person = crossing.person
    return document_of(person), person.iin, crossing.visa_number, person.birth_date


def _looked(id: UUID, crossing: BorderCrossing) -> Looked:
    person = crossing.person
    entering = crossing.direction == "entry"  # a ban is on entry: who leaves is not looked up by name
    return Looked(
        id=id,
        day=crossing.crossed_at.date(),
        entry=entering,
        iin=person.iin,
        document=document_of(person),
        name_birth_key=name_birth_key(person) if entering else None,
        visa=crossing.visa_number,
        name_keys=spellings.asked_keys(names_of(person), birth_year(person)) if entering else (),
    )


def _alert(crossing: BorderCrossing, met: Met) -> BorderAlert | None:
    kind, recognised = _JUDGED[met.kind](crossing, met)
    if recognised is None:
        return None
    return BorderAlert(
        source_id=met.crossing.hex + met.basis.hex,
        person=crossing.person,
        kind=kind,
        evidence=recognised.evidence,
        certainty=recognised.certainty,
        crossing=str(met.crossing),
        basis=str(met.basis),
        direction=crossing.direction,
        crossed_at=crossing.crossed_at,
        checkpoint=crossing.checkpoint,
    )


def _barred(crossing: BorderCrossing, met: Met) -> tuple[AlertKind, Recognition | None]:
    ban = EntryBan.read(met.body)
    return "ban", recognise(recognition.shown(ban.person), recognition.shown(crossing.person))


def _lost(crossing: BorderCrossing, met: Met) -> tuple[AlertKind, Recognition]:
    holder = LostDocument.read(met.body).person
    another = holder is not None and is_another(recognition.shown(holder), recognition.shown(crossing.person))
    return "others_document" if another else "lost_document", Recognition("document", "hit")


def _visa(crossing: BorderCrossing, met: Met) -> tuple[AlertKind, Recognition | None]:
    """No alert where the visa is certainly the traveller's; a possible one where it may be."""
    held = recognise(recognition.shown(Visa.read(met.body).person), recognition.shown(crossing.person))
    if held is not None and held.certainty == "hit":
        return "others_document", None
    return "others_document", Recognition("document", "possible" if held else "hit")


_JUDGED = {"ban": _barred, "document": _lost, "visa": _visa}


class AlertPage(BaseModel):
    """Alerts, newest first."""

    alerts: list[RecordState[BorderAlert]]
    next: str | None


async def newest(engine: AsyncEngine, cursor: str | None, limit: int, caller: Caller) -> AlertPage:
    """Up to `limit` alerts that the caller reaches, raised before the cursor, newest first; everyone whom they show is
    written to the access log."""
    reached = within(caller, ALERTS.scope, store.places())
    async with unit_of_work(engine) as unit:
        rows, more = page(await store.newest(unit.connection, reached, last_id(cursor), limit + 1), limit)
        alerts = [state_of(ALERTS, row) for row in rows]
        seen = [(alert.id, alert.record.person) for alert in alerts]
        await access_log.log_search(unit.connection, caller, ALERTS.name, seen)
    return AlertPage(alerts=alerts, next=cursor_at(rows[-1].id.hex) if more else None)
