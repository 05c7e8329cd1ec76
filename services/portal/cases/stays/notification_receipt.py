"""The receipt of a notice: its number, whether it is in time or how late, the entry and the stay it belongs to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.portal.cases.stays import stay_registration
from services.portal.cases.stays.notice import SIGNED, STAYS, Notice
from services.portal.cases.stays.notice_match import given_on, wanted
from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.host_notification import Timing, host_timing, self_timing
from services.portal.store.stays import host_notification as store
from services.portal.store.stays import signed_notice
from services.portal.store.stays.host_notification import BorderEntry, KeptReceipt, NoticeCriteria
from services.portal.store.stays.stay_registration import lock_persons
from shared import clock
from shared.events.portal import Channel
from shared.events.wire import SourceId
from shared.kernel.decisions import Check
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import StoredRecord


class NoticeReceipt(BaseModel):
    """The receipt of one notice, given once: a repeat gets the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "HN-2026-0000017",
                    "notification": "0199a0c0-0000-7000-8000-651796590365",
                    "source_id": "2026/000017",
                    "channel": "vmp",
                    "issued_at": "2026-03-27T06:10:00+00:00",
                    "given_on": "2026-03-27",
                    "counted_from": "2026-03-20",
                    "counted_of": "arrival",
                    "due_on": "2026-03-27",
                    "in_time": True,
                    "late_by": 0,
                    "counted_in": "working days",
                    "check": {
                        "rule": "host_notice_term",
                        "version": "2020-01-01",
                        "basis": "Situation analysis of the concept of migration policy (figures up to 01.11.2021)",
                        "outcome": "passed",
                        "explanation": "given on 2026-03-27, due on 2026-03-27",
                        "remedy": None,
                    },
                    "rulebook": "5f3a0c9d2b11",
                    "crossing": "0199a0c0-0000-7000-8000-651796590101",
                    "entered_on": "2026-03-20",
                    "joins": "0199a0c0-0000-7000-8000-651796590207",
                }
            ]
        }
    )

    number: str
    notification: UUID
    source_id: SourceId
    channel: Channel
    issued_at: datetime
    given_on: date = Field(description="the day that counts: of receipt, of the postmark, of the report")
    counted_from: date
    counted_of: Literal["arrival", "crossing"]
    due_on: date | None = Field(description="last day in time; null where no notice was asked for")
    in_time: bool
    late_by: int
    counted_in: str = Field(description="working days or days")
    check: Check = Field(description="which rule, in which version, found what")
    rulebook: str
    crossing: UUID | None = Field(description="the entry to which the notice belonged when it was given")
    entered_on: date | None
    joins: UUID | None = Field(description="the notification that reported the same stay first: both are one stay")


def given(kept: KeptReceipt) -> NoticeReceipt:
    """A receipt as it was given first."""
    return NoticeReceipt.model_validate_json(kept.body)


def notice_key(notice: Notice) -> str:
    """Every channel numbers its notices by itself."""
    return f"{notice.channel}:{notice.source_id}"


async def issue(unit: UnitOfWork, entered: Sequence[StoredRecord[Notice]]) -> None:
    """Answers new notices, in the transaction that takes them: a handful of statements for any number of them."""
    given = await _given(unit, [entry.fact for entry in entered])
    notices = [wanted(entry.id, entry.fact, day) for entry, day in zip(entered, given, strict=True)]
    await lock_persons(unit.connection, notices)
    entries = await store.latest_entries(unit.connection, notices)
    crossings = [entries[notice.id].crossing if notice.id in entries else None for notice in notices]
    earlier = await store.earlier_notices(unit.connection, notices, crossings)
    joins = await _stays(unit, notices, earlier)
    own = {e.id: entries[e.id].crossing for e in entered if e.fact.channel == "self" and e.id in entries}
    moved = await store.moved(unit.connection, own) if own else set[UUID]()
    serials = await store.next_serials(unit.connection, len(notices))
    receipts = [
        _receipt(
            entry,
            timing_of(entry.fact, day, entries.get(entry.id), entry.id in moved),
            serial,
            entries.get(entry.id),
            joins.get(entry.id),
        )
        for entry, day, serial in zip(entered, given, serials, strict=True)
    ]
    await store.keep_receipts(unit.connection, receipts)
    stays = {crossing for crossing, entry in zip(crossings, entered, strict=True) if entry.fact.state in STAYS}
    await stay_registration.on_notice_revised(unit, stays, "notified by the host")


async def _given(unit: UnitOfWork, notices: Sequence[Notice]) -> list[date]:
    """The day on which each was given: that of the paper, of the report in e-Qonaq, of the signed document's coming
    in (its signature may have been judged later), else today."""
    signed = [notice_key(notice) for notice in notices if notice.channel in SIGNED]
    received = await signed_notice.received(unit.connection, signed) if signed else {}
    days = {key: clock.date_of(moment) for key, moment in received.items()}
    return [given_on(notice, days.get(notice_key(notice), clock.today())) for notice in notices]


async def _stays(unit: UnitOfWork, wanted: Sequence[NoticeCriteria], earlier: dict[UUID, UUID]) -> dict[UUID, UUID]:
    """The first record of each stay: what an earlier notice joined, this one joins too."""
    known = await store.receipts(unit.connection, list(earlier.values())) if earlier else {}
    stays: dict[UUID, UUID] = {}
    for notice in wanted:
        if (other := earlier.get(notice.id)) is None:
            continue
        stays[notice.id] = (known[other].joins if other in known else stays.get(other)) or other
    return stays


def timing_of(notice: Notice, given_on: date, entry: BorderEntry | None, moved: bool) -> Timing:
    """How the notice stands to its term. Raises NotInForce for a stay before all rules."""
    arrived_on, entered_on = notice.stay_from, entry.entered_on if entry else None
    if notice.channel == "self":
        return self_timing(rulebook(), arrived_on=arrived_on, entered_on=entered_on, given_on=given_on, moved=moved)
    return host_timing(rulebook(), arrived_on=arrived_on, entered_on=entered_on, given_on=given_on)


def _receipt(
    entered: StoredRecord[Notice], timing: Timing, serial: int, entry: BorderEntry | None, joins: UUID | None
) -> KeptReceipt:
    receipt = NoticeReceipt(
        number=f"HN-{clock.today().year}-{serial:07d}",
        notification=entered.id,
        source_id=entered.fact.source_id,
        channel=entered.fact.channel,
        issued_at=clock.now(),
        given_on=timing.given_on,
        counted_from=timing.counted_from,
        counted_of=timing.counted_of,
        due_on=timing.due_on,
        in_time=timing.in_time,
        late_by=timing.late_by,
        counted_in=timing.counted_in,
        check=timing.check,
        rulebook=rulebook().version,
        crossing=entry.crossing if entry else None,
        entered_on=entry.entered_on if entry else None,
        joins=joins,
    )
    return KeptReceipt(entered.id, serial, receipt.crossing, joins, receipt.model_dump_json())
