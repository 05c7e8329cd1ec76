"""Which persons a change merges, splits and renames, noted with what did it, in the transaction of the change."""

import asyncpg

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
    causes = change.causes()
    noted = []
    for each in found:
        both = (held[holder == each.former].tolist(), now[person == each.successor].tolist())
        noted.append((each, cause_of(each, causes, frozenset().union(*both))))
    await changes.note(connection, noted)
