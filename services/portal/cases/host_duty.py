"""Duties of hosts to report who entered on a visa without an address (P3): closed by a notification or by the exit.

The procedure of host notifications calls `fulfil` and `reopen` in its own transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases import stay_registration
from services.portal.cases.stay_registration import Registered
from services.portal.rules.host_duty import days_overdue
from services.portal.store import host_duty as store
from services.portal.store import stay_registration as stays
from services.portal.store.host_duty import Duty, Wanted
from shared import clock
from shared.db.unit import Unit, unit_of_work
from shared.events.portal import BorderCrossing
from shared.events.visa import StayRegistration
from shared.http import access_log
from shared.http.callers import Caller
from shared.http.paging import page

DueState = Literal["open", "due", "overdue"]


@dataclass(frozen=True, slots=True)
class Notified:
    """A host's notification, matched to the entry (`crossing`, its record) after which the foreigner came to the host:
    region by KATO, first day there, last day as planned."""

    notification: UUID
    crossing: UUID
    region: str
    since: date
    until: date | None = None


async def fulfil(unit: Unit, notified: Sequence[Notified]) -> None:
    """Closes the duties of these entries and registers their stays on the basis of the notification. Entries that
    opened no duty, or whose duty another notification closed before, are passed over."""
    first: dict[UUID, Notified] = {}
    for each in notified:
        first.setdefault(each.crossing, each)
    known = await store.persons(unit.connection, list(first)) if first else []
    if not known:
        return
    await stays.lock_persons(unit.connection, known, [])
    entries = [crossing.id for crossing in known]
    held = await stays.of_entries(unit.connection, entries)
    duties = await store.of_entries(unit.connection, entries)
    owed = {entry: first[entry] for entry, duty in duties.items() if _owed(duty, first[entry])}
    exits = await stays.first_exits(unit.connection, [each for each in known if each.id in owed])
    crossings = await stays.crossings(unit.connection, list(owed))
    wanted = {
        entry: _registered(each, BorderCrossing.read(crossings[entry]), exits.get(entry))
        for entry, each in owed.items()
    }
    await stay_registration.keep(unit, wanted, held, "notified by the host")
    await store.close(unit.connection, {entry: each.notification for entry, each in owed.items()})


def _owed(duty: Duty, notified: Notified) -> bool:
    return duty.notification in (None, notified.notification) and not duty.withdrawn


async def reopen(unit: Unit, notifications: Sequence[UUID]) -> list[UUID]:
    """The notifications no longer count: the duties that they closed are open again, the stays withdrawn. Answers with
    the entries concerned."""
    held = [stay for stay in await stays.of_notifications(unit.connection, notifications) if not stay.withdrawn]
    await stay_registration.withdraw(unit, held, "the host's notification no longer counts")
    return await store.reopen(unit.connection, notifications)


def _registered(notified: Notified, crossing: BorderCrossing, exit: stays.Exit | None) -> Registered:
    fact = StayRegistration(
        source_id=str(notified.crossing),
        person=crossing.person,
        region=notified.region,
        basis="notification",
        visa_number=crossing.visa_number,
        since=max(notified.since, crossing.crossed_at.date()),
        until=notified.until,
        ended_on=exit.day if exit else None,
    )
    return Registered(fact, crossing.crossed_at, exit, notification=notified.notification)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Which duties to list. `overdue`: the last day in time is over; `due`: it is today or ahead."""

    state: DueState = "open"
    region: str | None = None
    host: str | None = None


async def remind(
    engine: AsyncEngine, reminder: Reminder, after: tuple[str, str] | None, limit: int, caller: Caller
) -> tuple[list[dict[str, Any]], bool]:
    """Up to `limit` open duties after the cursor, the longest overdue first, and whether there are more. The search and
    everyone whom it shows are written to the access log."""
    today = clock.today()
    wanted = Wanted(
        reminder.region,
        reminder.host,
        due_from=today if reminder.state == "due" else None,
        due_before=today if reminder.state == "overdue" else None,
    )
    start = (date.fromisoformat(after[0]), UUID(after[1])) if after else None
    async with unit_of_work(engine) as unit:
        found, more = page(await store.open_duties(unit.connection, wanted, start, limit + 1), limit)
        read = [(duty, BorderCrossing.read(body)) for duty, body in found]
        seen = [(duty.entry, crossing.person) for duty, crossing in read]
        await access_log.note_search(unit.connection, caller, "host_duty", seen)
    return [_view(duty, crossing, today) for duty, crossing in read], more


def _view(duty: Duty, crossing: BorderCrossing, today: date) -> dict[str, Any]:
    return {
        "entry": str(duty.entry),
        "person": crossing.person.model_dump(mode="json"),
        "visa_number": crossing.visa_number,
        "entered_on": crossing.crossed_at.date(),
        "checkpoint": crossing.checkpoint,
        "region": duty.region,
        "host": duty.host,
        "due_on": duty.due_on,
        "working_days_overdue": days_overdue(duty.due_on, today),
    }
