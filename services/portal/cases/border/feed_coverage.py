"""What period a feed declares to have delivered completely (4-wire: accounting's `obs_end` is the day after)."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.store.tables import feed_coverage
from shared import clock
from shared.db import records
from shared.db.records import Submission
from shared.errors import Fault, Invalid
from shared.events.digest import says_the_same
from shared.events.envelope import Event
from shared.events.portal import FeedCoverage
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.step import perform


async def declare(
    engine: AsyncEngine, coverage: FeedCoverage, reason: str | None, caller: Caller, key: IdempotencyKey | None
) -> FeedCoverage:
    """Puts the declaration in force. Declaring the same again changes nothing. Raises Invalid for a day that is not
    over, and for less than was declared before without a reason."""
    if coverage.complete_through >= clock.today():
        fault = Fault("/complete_through", "Is not over yet; only days that are past can be covered completely.")
        raise Invalid("The feed cannot have delivered that day completely.", faults=[fault])

    async def act(unit: UnitOfWork) -> FeedCoverage:
        await _declare(unit, coverage, reason, caller)
        return coverage

    return await perform(engine, key, FeedCoverage, act)


async def _declare(unit: UnitOfWork, coverage: FeedCoverage, reason: str | None, caller: Caller) -> None:
    submission = Submission(coverage.feed, coverage, caller.subject)
    (taken,) = await records.submit(unit.connection, feed_coverage, [submission])
    record = await records.load(unit.connection, feed_coverage, taken.id, lock=True)
    if not says_the_same(record.body, coverage):
        _refuse_less(FeedCoverage.read(record.body), coverage, reason)
        record = await records.revise(
            unit.connection, feed_coverage, record, submission.body, author=caller.subject, reason=reason
        )
    elif taken.outcome != "created":
        return
    unit.emit(Event.of(coverage, record.id, record.version, clock.now()))


def _refuse_less(before: FeedCoverage, now: FeedCoverage, reason: str | None) -> None:
    """Figures that are final rest on what was declared: taking it back is said to be so."""
    less = now.register_start > before.register_start or now.complete_through < before.complete_through
    if less and reason is None:
        fault = Fault("/reason", "Is required where less is covered than was declared before.")
        raise Invalid("The declaration covers less than the one in force.", faults=[fault])


async def current(engine: AsyncEngine, feed: str) -> FeedCoverage:
    """The declaration in force. Raises NotFound where the feed has declared nothing."""
    async with engine.connect() as connection:
        return FeedCoverage.read((await records.load_by_source(connection, feed_coverage, feed)).body)
