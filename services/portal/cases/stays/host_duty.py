"""Duties of hosts to report who entered on a visa without an address (P3): closed by a notification or by the exit.

They open and close together with the stays (see cases.stay_registration).
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.rules.stays.host_duty import days_overdue
from services.portal.store.stays import host_duty as store
from services.portal.store.stays.host_duty import Duty, DutyCriteria
from shared import clock
from shared.audit import access_log
from shared.errors import Forbidden
from shared.events.person import Iin, Person
from shared.events.portal import BorderCrossing
from shared.events.visa import VisaNumber
from shared.events.wire import Bin, Date, Region, WireModel
from shared.http.paging import after, cursor_at, page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.outbox.unit_of_work import unit_of_work

DueState = Literal["open", "due", "overdue"]


OFFICERS = frozenset({"migration-police", "clerk"})
DUTIES = belongs_to(region="region", host="host")


class DutySearch(WireModel):
    """Which open duties. `due` until the last day in time, `overdue` after it; `host` is an IIN or BIN, which is why
    the question stands in the body."""

    state: DueState = "open"
    region: Region | None = None
    host: Iin | Bin | None = None


class DutyState(BaseModel):
    """One entry that a host has to report; host and region are known where an invitation names them."""

    entry: UUID = Field(description="record of the border crossing")
    person: Person
    visa_number: VisaNumber | None
    entered_on: Date
    checkpoint: str
    region: Region | None
    host: str | None
    due_on: Date = Field(description="last day in time")
    working_days_overdue: int


class Duties(BaseModel):
    """A page of duties, the longest overdue first; `next` is the cursor of the page after it."""

    duties: list[DutyState]
    next: str | None


async def search(engine: AsyncEngine, asked: DutySearch, cursor: str | None, limit: int, caller: Caller) -> Duties:
    """Up to `limit` open duties after the cursor, the longest overdue first, of those that the caller reaches. The
    search and everyone whom it shows are written to the access log. Raises Forbidden for another host's."""
    today = clock.today()
    criteria = DutyCriteria(
        asked.region,
        _host(asked, caller),
        due_from=today if asked.state == "due" else None,
        due_before=today if asked.state == "overdue" else None,
        reached=within(caller, DUTIES, store.places()),
    )
    start: tuple[date, UUID] | None = after(cursor, date, UUID)
    async with unit_of_work(engine) as unit:
        found, more = page(await store.open_duties(unit.connection, criteria, start, limit + 1), limit)
        duties = [_state(duty, BorderCrossing.read(body), today) for duty, body in found]
        await access_log.log_search(
            unit.connection, caller, "host_duty", [(each.entry, each.person) for each in duties]
        )
    following = cursor_at(str(duties[-1].due_on), str(duties[-1].entry)) if more else None
    return Duties(duties=duties, next=following)


def _host(asked: DutySearch, caller: Caller) -> str | None:
    if not OFFICERS.isdisjoint(caller.roles):
        return asked.host
    own = caller.bin or caller.iin
    if own is None or asked.host not in (None, own):
        raise Forbidden("A host sees its own duties only, by the IIN or BIN of its token.")
    return own


def _state(duty: Duty, crossing: BorderCrossing, today: date) -> DutyState:
    return DutyState(
        entry=duty.entry,
        person=crossing.person,
        visa_number=crossing.visa_number,
        entered_on=crossing.crossed_at.date(),
        checkpoint=crossing.checkpoint,
        region=duty.region,
        host=duty.host,
        due_on=duty.due_on,
        working_days_overdue=days_overdue(duty.due_on, today),
    )
