"""Bans on entry, as the portal tells of them: a copy, so that a decision asks nobody else (L3, P6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.permits.rules.entry_ban import Barred
from services.permits.store import entry_ban as store
from services.permits.store import tables
from shared.events.border_control import EntryBan
from shared.events.person import Person
from shared.events.views import granted
from shared.inbox.copies import Copy, expect_current
from shared.kernel.calendar import add_days
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import key_values


def _columns(ban: EntryBan) -> dict[str, Any]:
    ends = [ban.barred_until, ban.lifted_on and add_days(ban.lifted_on, -1)]
    last = min((end for end in ends if end), default=None)
    return {"barred_from": ban.barred_from, "barred_until": last, **key_values(ban.person)}


BANS = Copy(granted("permits", EntryBan), tables.entry_ban, _columns)


async def barred(unit: UnitOfWork, workers: Sequence[tuple[Person, date]]) -> list[Barred]:
    """Who of the workers is barred on the first day of work, by their places in the application from 1. Raises
    Unavailable where bans that were imposed lately may be missing."""
    await expect_current(unit.connection, BANS.source)
    persons = {place: key_values(person) for place, (person, _) in enumerate(workers, 1)}
    met = await store.met(unit.connection, persons, [day for _, day in workers])
    return [Barred(place, evidence) for place, evidence in sorted(met.items())]
