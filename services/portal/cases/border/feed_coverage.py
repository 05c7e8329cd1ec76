"""What period a feed declares to have delivered completely (4-wire: accounting's `obs_end` is the day after)."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.store.tables import feed_coverage
from shared import clock
from shared.db import records
from shared.db.records import Submission
from shared.events.digest import says_the_same
from shared.events.envelope import Event
from shared.events.portal import FeedCoverage
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.step import perform


async def declare(
    engine: AsyncEngine, coverage: FeedCoverage, caller: Caller, key: IdempotencyKey | None
) -> FeedCoverage:
    """Puts the declaration in force. Declaring the same again changes nothing."""

    async def act(unit: UnitOfWork) -> FeedCoverage:
        await _declare(unit, coverage, caller)
        return coverage

    return await perform(engine, key, FeedCoverage, act)


async def _declare(unit: UnitOfWork, coverage: FeedCoverage, caller: Caller) -> None:
    submission = Submission(coverage.feed, coverage, caller.subject)
    (taken,) = await records.submit(unit.connection, feed_coverage, [submission])
    record = await records.load(unit.connection, feed_coverage, taken.id, lock=True)
    if not says_the_same(record.body, coverage):
        record = await records.revise(
            unit.connection, feed_coverage, record, submission.body, author=caller.subject, reason=None
        )
    elif taken.outcome != "created":
        return
    unit.emit(Event.of(coverage, record.id, record.version, clock.now()))


async def current(engine: AsyncEngine, feed: str) -> FeedCoverage:
    """The declaration in force. Raises NotFound where the feed has declared nothing."""
    async with engine.connect() as connection:
        return FeedCoverage.read((await records.load_by_source(connection, feed_coverage, feed)).body)
