"""Hosts' notices of foreigners (decree 111, point 4): one record whatever the channel, and its way from then on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays import notice_match, notification_receipt, stay_registration
from services.portal.cases.stays.notice import ON_PAPER, STAYS, Notice
from services.portal.cases.stays.notice_match import wanted
from services.portal.cases.stays.notification_receipt import NoticeReceipt, given, notice_key
from services.portal.cases.stays.stay_control import StayAnswer, stay_on
from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.host_notification import is_open
from services.portal.store.stays import host_notification as store
from services.portal.store.stays.stay_registration import lock_persons
from services.portal.store.tables import host_notification
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import SubmitResult
from shared.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from shared.events.portal import HostNotification, NoticeState
from shared.events.wire import Date, Text, WireModel
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.members import first_of
from shared.records.people import person_values
from shared.records.record_type import RecordType, Revision, StoredRecord
from shared.records.state import RecordState, state_of
from shared.records.step import StepRequest, step

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


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[Notice]]) -> None:
    """A notice may belong to another entry, and the host's duty is done while it tells of a stay."""
    notices = [(change.id, notice) for change in changes for notice in (change.before, change.after) if notice]
    await lock_persons(unit.connection, [wanted(id, notice, notice.stay_from) for id, notice in notices])
    belongs = await store.matches(unit.connection, [change.id for change in changes])
    standing = [change.id for change in changes if change.after]
    moved = await notice_match.rematch(unit, standing) if standing else set()
    await stay_registration.on_notice_revised(unit, {*belongs.values(), *moved}, "the host's notice changed")


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
    return [*plausibility.faults(notice), *_unasked(notice)]


def _unasked(notice: Notice) -> list[Fault]:
    if is_open(rulebook(), "host_notice", notice.stay_from) or is_open(
        rulebook(), "self_registration", notice.stay_from
    ):
        return []
    return [Fault("/stay_from", "No notice was asked for on that day by any rule that is known here.")]


def _submission_faults(notice: Notice, caller: Caller) -> list[Fault]:
    faults = _unasked(notice)
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
    scope=belongs_to(region="address.region", host="host.number", carriers=("notifier",)),
    time=_time,
    day="stay_from",
    located={"region": first_of("address.kato", 2), "host": lambda table: table.c.host},
    key=notice_key,
    columns=_columns,
    on_created=notification_receipt.issue,
    on_revised=_on_revised,
    to_events=_to_events,
    immutable_faults=_immutable_faults,
    submission_faults=_submission_faults,
    names_beside=lambda notice: notice.host.subjects,
)


async def submit(engine: AsyncEngine, notice: Notice, caller: Caller) -> tuple[SubmitResult, NoticeReceipt]:
    """A notice from a clerk or from e-Qonaq, and its receipt; a repeat gets the first one's. Raises Invalid, Conflict
    where the channel's number holds another notice."""
    if faults := NOTICES.refused(notice, caller):
        raise Invalid("You cannot hand in this notice.", faults=faults)
    async with unit_of_work(engine) as unit:
        return await ingest(unit, notice, caller)


async def ingest(unit: UnitOfWork, notice: Notice, caller: Caller) -> tuple[SubmitResult, NoticeReceipt]:
    """`submit` inside a unit of work, of a notice that is let in already."""
    (taken,) = await intake.ingest(unit, NOTICES, [notice], [caller])
    if taken.outcome == "conflict":
        raise Conflict("This channel's source_id holds another notice; cancel that one, or take a new number.")
    receipts = await store.receipts(unit.connection, [taken.id])
    return taken, given(receipts[taken.id])


async def receipt(engine: AsyncEngine, id: UUID, caller: Caller) -> NoticeReceipt:
    """What the notice was answered; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, host_notification, id)
        await intake.log(unit, NOTICES, record, intake.visible_fact(NOTICES, record, caller), caller, "read", None)
        return given((await store.receipts(unit.connection, [id]))[id])


async def guest_stay(engine: AsyncEngine, id: UUID, day: date | None, caller: Caller) -> StayAnswer:
    """By what right, and until when, the host's guest stays; the reading is logged. Raises NotFound for another's
    guest and for one of whom no crossing is on record, Conflict where the guest is not with the host."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, host_notification, id)
        notice = intake.visible_fact(NOTICES, record, caller)
        if record.withdrawn or notice.state != "notified":
            raise Conflict("By this notice the foreigner does not stay with you.")
        await access_log.log_search(unit.connection, caller, "stay_control", [(id, notice.person)])
        stay = await stay_on(unit.connection, notice.person, day or clock.today())
    if stay is None:
        raise NotFound("No crossing of this person is on record.")
    return stay


class NoticePage(BaseModel):
    """A page of a host's own notices; `next` is the cursor of the page after it."""

    notices: list[RecordState[Notice]]
    next: str | None


async def of_host(engine: AsyncEngine, caller: Caller, cursor: str | None, limit: int) -> NoticePage:
    """The caller's own notices as a host, newest first; the search is logged."""
    number = caller.bin or caller.iin
    if number is None:
        raise Forbidden("This needs a token that carries your IIN or BIN.")
    async with unit_of_work(engine) as unit:
        shown, more = page(await store.of_host(unit.connection, number, last_id(cursor), limit + 1), limit)
        notices = [state_of(NOTICES, record) for record in shown]
        seen = [(notice.id, notice.record.person) for notice in notices]
        await access_log.log_search(unit.connection, caller, NOTICES.name, seen)
    return NoticePage(notices=notices, next=cursor_at(str(shown[-1].id)) if more else None)


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a notice's way: the states in which it may be done, and the one that it leads to."""

    begins_in: frozenset[NoticeState]
    leads_to: NoticeState
    answers_self_registration: bool = False


ACTS = {
    "check_out": Act(frozenset({"notified"}), "checked_out"),
    "cancel": Act(frozenset({"notified", "checked_out", "awaiting_host"}), "cancelled"),
    "reinstate": Act(frozenset({"cancelled"}), "notified"),
    "confirm": Act(frozenset({"awaiting_host"}), "notified", answers_self_registration=True),
    "refuse": Act(frozenset({"awaiting_host"}), "refused_by_host", answers_self_registration=True),
}


class CheckOut(WireModel):
    """The last day of the stay."""

    on: Date


class NoticeChange(WireModel):
    """Why the notice changes."""

    reason: Text


async def check_out(asked: StepRequest, body: CheckOut) -> RecordState[Notice]:
    """Ends the stay on a day. Raises as `_transition`, and Invalid for a day before the arrival or in the future."""

    def on_day(notice: Notice) -> dict[str, Any]:
        if not notice.stay_from <= body.on <= clock.today():
            fault = Fault("/on", f"Lies before the arrival of {notice.stay_from} or in the future.")
            raise Invalid("Nobody can have checked out on that day.", faults=[fault])
        return {"checked_out_on": body.on}

    return await _transition(asked, ACTS["check_out"], "checked out", on_day)


async def cancel(asked: StepRequest, body: NoticeChange) -> RecordState[Notice]:
    """There was no such stay. Raises as `_transition`."""
    return await _transition(asked, ACTS["cancel"], body.reason)


async def reinstate(asked: StepRequest, body: NoticeChange) -> RecordState[Notice]:
    """It counts again as it did before it was cancelled. Raises as `_transition`."""

    def as_before(notice: Notice) -> dict[str, Any]:
        return {"state": "checked_out" if notice.checked_out_on else "notified"}

    return await _transition(asked, ACTS["reinstate"], body.reason, as_before)


async def confirm(asked: StepRequest, body: NoticeChange) -> RecordState[Notice]:
    """The host says that the foreigner stays here. Raises as `_transition`."""
    return await _transition(asked, ACTS["confirm"], body.reason)


async def refuse(asked: StepRequest, body: NoticeChange) -> RecordState[Notice]:
    """The host says that the foreigner does not stay here. Raises as `_transition`."""
    return await _transition(asked, ACTS["refuse"], body.reason)


async def _transition(
    asked: StepRequest, act: Act, reason: str, and_changes: Callable[[Notice], dict[str, Any]] = lambda _: {}
) -> RecordState[Notice]:
    """Raises as `step`, Forbidden for who may read the notice but not do this, and Conflict where its state does not
    allow the act."""

    async def change(_unit: UnitOfWork, notice: Notice) -> Notice:
        if not _may_act(act, notice, asked.caller):
            raise Forbidden("Only the host, a clerk, or the system that handed the notice in may do this.")
        if notice.state not in act.begins_in:
            raise Conflict(f"A notice that is {notice.state.replace('_', ' ')} cannot take this step.")
        return notice.model_copy(update={"state": act.leads_to} | and_changes(notice))

    return await step(asked, NOTICES, change, reason=reason)


def _may_act(act: Act, notice: Notice, caller: Caller) -> bool:
    """The police read only; what a foreigner registered is for the host, or a clerk in his place, to confirm."""
    is_host = "host" in caller.roles and notice.host.number in (caller.iin, caller.bin)
    return is_host or "clerk" in caller.roles or (not act.answers_self_registration and _is_eqonaq(caller))
