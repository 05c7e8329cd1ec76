"""Which entry a notice belongs to: the latest of its person up to the day on which the notice was given, or on which
the foreigner came to the host where that is later. It is matched anew when an entry or the notice comes in, changes or
falls away; the receipt that was given out stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.portal.cases.stays.notice import Notice
from services.portal.store.stays import host_notification as store
from services.portal.store.stays.host_notification import NoticeCriteria
from services.portal.store.stays.stay_registration import Crossing
from shared import clock
from shared.kernel.calendar import add_days
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import document_of


@dataclass(frozen=True, slots=True)
class Notified:
    """What a host's notice says of the stay after an entry: region by KATO, first day there, last day as far as it is
    known."""

    notification: UUID
    region: str
    since: date
    until: date | None


def given_on(notice: Notice, received_on: date) -> date:
    """The day on which it was given: that of the paper, of the report in e-Qonaq, else that of its coming in."""
    if notice.paper:
        return notice.paper.on
    return clock.date_of(notice.reported_at) if notice.reported_at else received_on


def wanted(id: UUID, notice: Notice, given: date) -> NoticeCriteria:
    """The notice `id` as its entry is looked for."""
    until = clock.start_of(add_days(max(given, notice.stay_from), 1))
    document = document_of(notice.person)
    host = notice.host.number
    return NoticeCriteria(id, notice.person.iin, document, host, notice.stay_from, notice.ends_on, until)


async def rematch_about(unit: UnitOfWork, entries: Sequence[Crossing]) -> set[UUID]:
    """`rematch` for the notices about the persons of these entries. One statement, more only where there are any."""
    about = await store.notices_about(unit.connection, entries)
    return await rematch(unit, about) if about else set()


async def rematch(unit: UnitOfWork, notifications: Sequence[UUID]) -> set[UUID]:
    """Lets each notice belong to the entry that is the right one now. The entries that lost or got one."""
    held = await store.matches(unit.connection, notifications)
    told = await store.told(unit.connection, notifications)
    notices = [(each.id, Notice.read(each.body), each.given_on) for each in told]
    found = await store.latest_entries(unit.connection, [wanted(id, n, given_on(n, day)) for id, n, day in notices])
    now = {each.id: found[each.id].crossing if each.id in found else None for each in told}
    moved = {id: crossing for id, crossing in now.items() if crossing != held[id]}
    if moved:
        await store.assign(unit.connection, moved)
    return {entry for id in moved for entry in (held[id], moved[id]) if entry}


async def first_notified(unit: UnitOfWork, entries: Iterable[Crossing]) -> dict[UUID, Notified]:
    """Of each entry that notices belong to, what the one of the first stay says."""
    standing = await store.in_force(unit.connection, list(entries))
    return {entry: _notified(id, Notice.read(body)) for entry, id, body in standing}


def _notified(id: UUID, notice: Notice) -> Notified:
    return Notified(id, notice.address.region, notice.stay_from, notice.ends_on)
