"""The receipt of a notice: its number, whether it is in time or how late, the entry and the stay it belongs to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import orjson

from services.portal.cases.stays import stay_registration
from services.portal.cases.stays.notice import SIGNED, STAYS, Notice
from services.portal.cases.stays.notice_match import given_on, wanted
from services.portal.rules.rulebook import RULEBOOK
from services.portal.rules.stays.host_notification import Timing, host_timing, self_timing
from services.portal.store.stays import host_notification as store
from services.portal.store.stays import signed_notice
from services.portal.store.stays.host_notification import BorderEntry, NoticeCriteria, Receipt
from services.portal.store.stays.stay_registration import lock_persons
from shared import clock
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import StoredRecord


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
    serials = await store.next_serials(unit.connection, len(notices))
    receipts = [
        _receipt(entry, day, serial, entries.get(entry.id), joins.get(entry.id))
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


def timing_of(notice: Notice, given_on: date, entry: BorderEntry | None) -> Timing:
    """How the notice stands to its term. Raises NotInForce for a stay before all rules."""
    rule = self_timing if notice.channel == "self" else host_timing
    entered_on = entry.entered_on if entry else None
    return rule(RULEBOOK, arrived_on=notice.stay_from, entered_on=entered_on, given_on=given_on)


def _receipt(
    entered: StoredRecord[Notice], given_on: date, serial: int, entry: BorderEntry | None, joins: UUID | None
) -> Receipt:
    timing = timing_of(entered.fact, given_on, entry)
    body = {
        "number": f"HN-{clock.today().year}-{serial:07d}",
        "notification": str(entered.id),
        "source_id": entered.fact.source_id,
        "channel": entered.fact.channel,
        "issued_at": clock.now(),
        "given_on": timing.given_on,
        "counted_from": timing.counted_from,
        "counted_of": timing.counted_of,
        "due_on": timing.due_on,
        "in_time": timing.in_time,
        "late_by": timing.late_by,
        "counted_in": timing.counted_in,
        "check": timing.check,
        "rulebook": RULEBOOK.version,
        "crossing": str(entry.crossing) if entry else None,
        "entered_on": entry.entered_on if entry else None,
        "joins": str(joins) if joins else None,
    }
    return Receipt(entered.id, serial, entry.crossing if entry else None, joins, orjson.dumps(body).decode())
