"""One batch from one source, in one transaction: facts, persons, figures and the source's position, or nothing.

There is one writer (store.lock), so nothing changes between the statements. Order and repetition do not matter: of each
record the newest version counts, and what it changes is found by its persons.
"""

import asyncpg

from services.accounting.cases.apply_change import account_for_coverage, apply_change
from services.accounting.cases.batch import EventBatch, moment
from services.accounting.cases.change import Change
from services.accounting.store import coverage, facts, sources

Connection = asyncpg.Connection


async def take_batch(connection: Connection, batch: EventBatch) -> int:
    """Takes the batch in and returns how many of its events had an effect."""
    async with connection.transaction():
        crossings = await facts.take(connection, "crossing", batch.crossings)
        others = await facts.take(connection, "register_fact", batch.register_facts)
        change = Change.of(crossings, others)
        if change.keys:
            await apply_change(connection, change, await coverage.counted(connection), claims=batch.claims)
        if others.rows:
            await account_for_coverage(connection, await coverage.declared(connection))
        if former := [*batch.overtaken, *crossings.late, *others.late]:
            await facts.keep_former(connection, former)
        taken = len(crossings.rows) + len(others.rows)
        await _close(connection, batch, taken)
    return taken


async def _close(connection: Connection, batch: EventBatch, taken: int) -> None:
    """Writes how far the source was read and what was seen, with the effect."""
    if batch.positions:
        await sources.advance(connection, batch.transport, batch.source, batch.positions)
    if batch.resent:
        await sources.unpark(connection, batch.resent)
    if batch.parked:
        await sources.park(connection, batch.transport, batch.source, batch.parked)
    await sources.note(
        connection,
        batch.source,
        seen=batch.seen - len(batch.resent),  # those were seen before
        repeated=batch.seen - len(batch.parked) - taken,
        position=batch.newest_position,
        newest=moment(batch.newest_time),
        epoch=batch.epoch,
    )
    if batch.stop:
        await sources.stop(connection, batch.source, batch.stop, went_back=batch.went_back)
