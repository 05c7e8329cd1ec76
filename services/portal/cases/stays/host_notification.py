"""Hosts' notices of foreigners (decree 111, point 4): one record whatever the channel, and its way from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays import notice_match, notification_receipt, stay_registration
from services.portal.cases.stays.notice import ON_PAPER, STAYS, Notice
from services.portal.cases.stays.notice_match import wanted
from services.portal.cases.stays.notification_receipt import notice_key
from services.portal.rules.rulebook import RULEBOOK
from services.portal.rules.stays.host_notification import is_open
from services.portal.store.stays import host_notification as store
from services.portal.store.stays.host_notification import Receipt
from services.portal.store.stays.stay_registration import lock_persons
from services.portal.store.tables import host_notification
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record, SubmitResult
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.events.portal import HostNotification
from shared.http.paging import page
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import person_values
from shared.records.record_type import RecordType, Revision, StoredRecord
from shared.records.state import as_json

EQONAQ = "eqonaq"
"""The agency by which e-Qonaq's own credentials are known."""


def _time(notice: Notice) -> datetime:
    return clock.start_of(notice.checked_out_on or notice.stay_from)


def _columns(notice: Notice) -> dict[str, Any]:
    return {
        "host": notice.host.number,
        "state": notice.state,
        "stay_from": notice.stay_from,
        "ends_on": notice.ends_on,
        **person_values(notice.person),
    }


async def _to_events(unit: UnitOfWork, entries: Sequence[StoredRecord[Notice]]) -> list[HostNotification]:
    receipts = await store.receipts(unit.connection, [entry.id for entry in entries])
    return [_fact(entry.fact, receipts[entry.id].joins) for entry in entries]


async def _on_revised(unit: UnitOfWork, change: Revision[Notice]) -> None:
    """The notice may belong to another entry, and the host's duty is done while it tells of a stay."""
    notices = [notice for notice in (change.before, change.after) if notice]
    await lock_persons(unit.connection, [wanted(change.id, notice, notice.stay_from) for notice in notices])
    belongs = (await store.matches(unit.connection, [change.id]))[change.id]
    moved = await notice_match.rematch(unit, [change.id]) if change.after else set()
    await stay_registration.on_notice_revised(unit, {belongs, *moved}, "the host's notice changed")


def _fact(notice: Notice, joins: UUID | None) -> HostNotification:
    """What others may know of a notice: the host stays here."""
    return HostNotification(
        source_id=notice.source_id,
        channel=notice.channel,
        state=notice.state,
        person=notice.person,
        host_kind=notice.host.kind,
        region=notice.address.region,
        stay_from=notice.stay_from,
        stay_until=notice.stay_until,
        checked_out_on=notice.checked_out_on,
        purpose=notice.purpose,
        joins=joins,
    )


def faults_of(notice: Notice) -> list[Fault]:
    """What speaks against a notice of whatever channel on this day."""
    faults = []
    if not (
        is_open(RULEBOOK, "host_notice", notice.stay_from) or is_open(RULEBOOK, "self_registration", notice.stay_from)
    ):
        faults.append(Fault("/stay_from", "No notice was asked for on that day by any rule that is known here."))
    if notice.paper and notice.paper.on > clock.today():
        faults.append(Fault("/paper/on", "Lies in the future."))
    if notice.reported_at and notice.reported_at > clock.now():
        faults.append(Fault("/reported_at", "Lies in the future."))
    if notice.checked_out_on and notice.checked_out_on > clock.today():
        faults.append(Fault("/checked_out_on", "Lies in the future."))
    return faults


def _submission_faults(notice: Notice, caller: Caller) -> list[Fault]:
    faults = faults_of(notice)
    if notice.channel in ON_PAPER and "clerk" not in caller.roles:
        faults.append(Fault("/channel", "Paper is entered by a clerk."))
    elif notice.channel == EQONAQ and not _is_eqonaq(caller):
        faults.append(Fault("/channel", "Is open to e-Qonaq's own credentials only."))
    elif notice.channel not in (*ON_PAPER, EQONAQ):
        faults.append(Fault("/channel", "Has a way of its own: a signed document, or a self-registration."))
    if notice.state not in STAYS:
        faults.append(Fault("/state", "Changes step by step only: check out, cancel, reinstate."))
    return faults


def _is_eqonaq(caller: Caller) -> bool:
    return "notifier" in caller.roles and caller.agency == EQONAQ


def _can_read(notice: Notice, caller: Caller) -> bool:
    if caller.roles & {"clerk", "migration-police"}:
        return True
    if notice.channel == EQONAQ and _is_eqonaq(caller):
        return True
    return "host" in caller.roles and notice.host.number in (caller.iin, caller.bin)


def _immutable_faults(old: Notice, new: Notice) -> list[Fault]:
    stays = {"channel": "channel", "host": "host", "state": "state", "checked_out_on": "checked_out_on"}
    return [
        Fault(f"/{name}", "Cannot be corrected; cancel the notice and hand in another, or check out.")
        for name in stays
        if getattr(old, name) != getattr(new, name)
    ]


NOTICES = RecordType(
    fact=Notice,
    table=host_notification,
    path="host-notifications",
    writers=("clerk", "notifier"),
    readers=("clerk", "migration-police", "host", "notifier"),
    time=_time,
    key=notice_key,
    columns=_columns,
    on_created=notification_receipt.issue,
    on_revised=_on_revised,
    to_events=_to_events,
    immutable_faults=_immutable_faults,
    submission_faults=_submission_faults,
    can_read=_can_read,
)


async def take(engine: AsyncEngine, notice: Notice, caller: Caller) -> tuple[SubmitResult, Receipt]:
    """A notice from a clerk or from e-Qonaq, and its receipt; a repeat gets the first one's. Raises Invalid, Conflict
    where the channel's number holds another notice."""
    if faults := _submission_faults(notice, caller):
        raise Invalid("You cannot hand in this notice.", faults=faults)
    async with unit_of_work(engine) as unit:
        return await ingest(unit, notice, caller)


async def ingest(unit: UnitOfWork, notice: Notice, caller: Caller) -> tuple[SubmitResult, Receipt]:
    """`take` inside a unit of work, of a notice that is let in already."""
    (taken,) = await intake.ingest(unit, NOTICES, [notice], [caller])
    if taken.outcome == "conflict":
        raise Conflict("This channel's source_id holds another notice; cancel that one, or take a new number.")
    receipts = await store.receipts(unit.connection, [taken.id])
    return taken, receipts[taken.id]


async def receipt(engine: AsyncEngine, id: UUID, caller: Caller) -> Receipt:
    """What the notice was answered; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, host_notification, id)
        await intake.log(unit, NOTICES, record, intake.visible_fact(NOTICES, record, caller), caller, "read", None)
        return (await store.receipts(unit.connection, [id]))[id]


async def of_host(
    engine: AsyncEngine, caller: Caller, before: UUID | None, limit: int
) -> tuple[Sequence[Record], bool]:
    """The caller's own notices as a host, newest first, and whether there are more; the search is logged."""
    number = caller.bin or caller.iin
    if number is None:
        raise Forbidden("This needs a token that carries your IIN or BIN.")
    async with unit_of_work(engine) as unit:
        shown, more = page(await store.of_host(unit.connection, number, before, limit + 1), limit)
        seen = [(record.id, Notice.read(record.body).person) for record in shown]
        await access_log.log_search(unit.connection, caller, NOTICES.name, seen)
    return shown, more


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a notice's way: from which states to which one, and why."""

    of: Literal["check_out", "cancel", "reinstate", "confirm", "refuse"]
    reason: str
    on: date | None = None


_FROM: dict[str, tuple[str, ...]] = {
    "check_out": ("notified",),
    "cancel": ("notified", "checked_out", "awaiting_host"),
    "reinstate": ("cancelled",),
    "confirm": ("awaiting_host",),
    "refuse": ("awaiting_host",),
}


async def advance(
    engine: AsyncEngine, id: UUID, step: Step, *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Takes the notice one step on; answers with the record. Raises NotFound, VersionMismatch, Forbidden, Invalid, and
    Conflict where its state does not allow the step."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _advance(unit, id, step, version, caller)
        )
    return answer


async def _advance(unit: UnitOfWork, id: UUID, step: Step, version: int, caller: Caller) -> dict[str, Any]:
    record = await intake.open_within(unit, NOTICES, id, version, caller)
    notice = intake.visible_fact(NOTICES, record, caller)
    if not _may_take(step, notice, caller):
        raise Forbidden("Only the host, a clerk, or the system that handed the notice in may do this.")
    if notice.state not in _FROM[step.of]:
        raise Conflict(f"A notice that is {notice.state.replace('_', ' ')} cannot take this step.")
    revised = notice.model_copy(update=_changes(step, notice))
    return as_json(await intake.revise_within(unit, NOTICES, record, revised, caller, step.reason))


def _may_take(step: Step, notice: Notice, caller: Caller) -> bool:
    """The police read only; what a foreigner registered is for the host, or a clerk in his place, to confirm."""
    is_host = "host" in caller.roles and notice.host.number in (caller.iin, caller.bin)
    return is_host or "clerk" in caller.roles or (step.of not in ("confirm", "refuse") and _is_eqonaq(caller))


def _changes(step: Step, notice: Notice) -> dict[str, Any]:
    if step.of == "check_out":
        on = step.on or clock.today()
        if not notice.stay_from <= on <= clock.today():
            fault = Fault("/on", f"Lies before the arrival of {notice.stay_from} or in the future.")
            raise Invalid("Nobody can have checked out on that day.", faults=[fault])
        return {"state": "checked_out", "checked_out_on": on}
    if step.of == "reinstate":
        return {"state": "checked_out" if notice.checked_out_on else "notified"}
    return {"state": {"cancel": "cancelled", "confirm": "notified", "refuse": "refused_by_host"}[step.of]}
