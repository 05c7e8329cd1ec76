"""Which persons a change merges, splits and renames, noted with what did it, in the transaction of the change."""

import asyncpg
import numpy as np

from services.accounting.cases.change import Change
from services.accounting.rules.persons.changes import became, cause_of
from services.accounting.rules.persons.people import People
from services.accounting.store.persons import changes

Connection = asyncpg.Connection


async def note_changes(connection: Connection, change: Change, before: People, after: People) -> None:
    """Notes who of the persons `before` became whom `after` it, in the transaction of the change."""
    order = after.keys.argsort()
    now, person = after.keys[order], after.holder_of_key()[order]
    held, holder = before.keys, before.holder_of_key()
    found = became(held, holder, now, person, change.corrections())
    if not found:
        return
    theirs = [
        frozenset(np.concatenate((held[holder == each.former], now[person == each.successor])).tolist())
        for each in found
    ]
    near = change.causes(frozenset().union(*theirs))
    noted = [
        (each, cause_of(each, near if any(cause.keys & keys for cause in near) else change.causes(), keys))
        for each, keys in zip(found, theirs, strict=True)
    ]
    await changes.note(connection, noted)
