"""Duties of hosts to report who entered on a visa without an address (P3): closed by a notification or by the exit.

They open and close together with the stays (see cases.stay_registration).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.rules.stays.host_duty import days_overdue
from services.portal.store.stays import host_duty as store
from services.portal.store.stays.host_duty import Duty, DutyCriteria
from shared import clock
from shared.audit import access_log
from shared.events.portal import BorderCrossing
from shared.http.paging import page
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work

DueState = Literal["open", "due", "overdue"]


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
    wanted = DutyCriteria(
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
        await access_log.log_search(unit.connection, caller, "host_duty", seen)
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
