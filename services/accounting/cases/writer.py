"""The one process that writes facts and figures, and what it looks after beside the batches."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from asyncpg.transaction import Transaction

from services.accounting.cases.batch import EventBatch
from services.accounting.cases.persons.take_words import take_words
from services.accounting.cases.take_batch import take_batch
from services.accounting.rules.rows import ParkedMessage
from services.accounting.store import lock, sources
from shared.db import session
from shared.events.epochs import Stand

Connection = asyncpg.Connection


class Writer:
    """Holds the writer's lock for as long as its connection lives."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def take(self, batch: EventBatch) -> int:
        """Takes the batch in, in one transaction; returns how many of its events had an effect."""
        return await take_batch(self.connection, batch)

    async def take_words(self) -> int:
        """Takes what reviewers said since, in one transaction; returns how many words these were."""
        return await take_words(self.connection)

    def transaction(self) -> Transaction:
        """All that is taken within it is taken at once, or nothing."""
        return self.connection.transaction()

    async def must_stand_by(self) -> bool:
        """Whether a rebuild waits for its turn: then end this writer, and become the next one after it."""
        return await lock.is_rebuild_due(self.connection)

    async def positions(self, transport: str, source: str) -> dict[int, int]:
        """Where to go on reading a source."""
        return await sources.positions(self.connection, transport, source)

    async def stand(self, source: str) -> Stand:
        """How far the source's outbox was read, and in which epoch."""
        return await sources.stand(self.connection, source)

    async def stopped(self) -> set[str]:
        """The sources that are not read until an operator has looked at what was parked."""
        return await sources.stopped(self.connection)

    async def to_resend(self, source: str, most: int) -> list[ParkedMessage]:
        """Parked events of the source that an operator sent again, oldest first, all of one transport."""
        return await sources.to_resend(self.connection, source, most)

    async def not_found(self, ids: Sequence[int]) -> None:
        """Parked events that are sent again no more: nothing lies where they were."""
        await sources.not_found(self.connection, ids)


@asynccontextmanager
async def acquire_writer(dsn: str) -> AsyncIterator[Writer]:
    """Waits until this process is the only one that writes."""
    connection = await session.connect(dsn, "kosh-accounting-writer", lease=session.LEASE, planner=session.BY_INDEX)
    try:
        await lock.become_writer(connection)
        yield Writer(connection)
    finally:
        connection.terminate()
