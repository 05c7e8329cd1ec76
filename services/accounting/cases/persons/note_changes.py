"""Which persons a change merges, splits and renames, noted with what did it, in the transaction of the change."""

from collections.abc import Sequence

import asyncpg
import numpy as np

from services.accounting.cases.change import Change
from services.accounting.rules.persons.changes import Became, Trigger, became, cause_of
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
    await changes.note(connection, list(zip(found, causes_of(change, found, theirs), strict=True)))


def causes_of(change: Change, found: Sequence[Became], theirs: Sequence[frozenset[int]]) -> list[Trigger]:
    """What caused each change, `theirs` all keys before and after of the persons it is about: for each the same as if
    it were the only one. All that came is looked through once, for what is near any of them."""
    near = change.causes(frozenset().union(*theirs))
    return [
        cause_of(each, near if any(cause.keys & keys for cause in near) else change.causes(), keys)
        for each, keys in zip(found, theirs, strict=True)
    ]
