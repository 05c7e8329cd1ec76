"""What reviewers said, from their table to persons and figures: a source like any other, read by the one writer."""

from typing import Final

import asyncpg

from services.accounting.cases.apply_change import apply_change
from services.accounting.cases.change import Change
from services.accounting.rules.persons.changes import Trigger
from services.accounting.store import coverage, sources
from services.accounting.store.persons import identity, words

Connection = asyncpg.Connection

LIMIT: Final = 200  # words taken at once


async def take_words(connection: Connection) -> int:
    """Takes the words said since, in one transaction with their effect and how far they were read. Returns how many.

    A word about a claim that nobody holds has no effect now: it is heard when a record brings the claim.
    """
    async with connection.transaction():
        coming = await words.coming(connection, LIMIT)
        if not coming:
            return 0
        newest = coming[-1]
        await words.note_taken(connection, newest.id)
        await sources.note(
            connection, words.SOURCE, seen=len(coming), repeated=0, position=newest.id, newest=newest.said_at
        )
        held = await identity.persons_of(connection, {key for word in coming for key in (word.one, word.other)})
        if held:
            causes = tuple(Trigger("word", word.id, frozenset({word.one, word.other})) for word in coming)
            await apply_change(connection, Change.of_words({*held}, causes), await coverage.counted(connection))
    return len(coming)
