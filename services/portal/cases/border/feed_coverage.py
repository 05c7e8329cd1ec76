"""What period a feed declares to have delivered completely (4-wire: accounting's `obs_end` is the day after)."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.store.tables import feed_coverage
from shared import clock
from shared.db import records
from shared.db.records import Record, Submission
from shared.events.envelope import Event
from shared.events.portal import FeedCoverage
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work


async def declare(engine: AsyncEngine, coverage: FeedCoverage, caller: Caller, key: IdempotencyKey | None) -> None:
    """Puts the declaration in force. Declaring the same again changes nothing."""
    async with unit_of_work(engine) as unit:
        await idempotent_json(unit.connection, key, lambda: _declare(unit, coverage, caller))


async def _declare(unit: UnitOfWork, coverage: FeedCoverage, caller: Caller) -> None:
    submission = Submission(coverage.feed, coverage.model_dump_json(), caller.subject)
    (taken,) = await records.submit(unit.connection, feed_coverage, [submission])
    record = await records.load(unit.connection, feed_coverage, taken.id, lock=True)
    if record.body != submission.body:
        record = await records.revise(
            unit.connection, feed_coverage, record, submission.body, author=caller.subject, reason=None
        )
    elif taken.outcome != "created":
        return
    unit.emit(Event.of(coverage, record.id, record.version, clock.now()))


async def current(engine: AsyncEngine, feed: str) -> Record:
    """The declaration in force. Raises NotFound where the feed has declared nothing."""
    async with engine.connect() as connection:
        return await records.load_by_source(connection, feed_coverage, feed)
