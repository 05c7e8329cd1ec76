"""Asks a register what it holds: sums by type and day, and digests of the days that matter (shared.outbox.held)."""

from collections.abc import AsyncIterator, Collection
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.inbox.feed import FeedSource
from shared.inbox.source import SourceFailed
from shared.outbox.held import EventDigests, EventSums

Model = TypeVar("Model", EventSums, EventDigests)

MOST_DAYS = 400  # that are named in a question; of more, all are asked for


async def sums(feed: FeedSource, after: int, until: int) -> AsyncIterator[EventSums]:
    """Pages of sums of the events after one position up to another. Raises SourceFailed, also where the register begins
    another epoch meanwhile."""
    async for page in _pages(feed, "/v1/events/sums", EventSums, after, until):
        yield page


async def digests(
    feed: FeedSource, until: int, types: Collection[str], days: Collection[date]
) -> AsyncIterator[EventDigests]:
    """Pages of digests of the events up to a position, of these types and at least of these days. Raises as `sums`."""
    asked = {"type": sorted(types), "day": [] if len(days) > MOST_DAYS else [day.isoformat() for day in sorted(days)]}
    async for page in _pages(feed, "/v1/events/digests", EventDigests, 0, until, **asked):
        yield page


async def _pages(
    feed: FeedSource, path: str, model: type[Model], after: int, until: int, **asked: Any
) -> AsyncIterator[Model]:
    epoch = None
    while after < until:
        try:
            page = model.model_validate(await feed.ask(path, after=after, until=until, **asked))
        except ValidationError:
            raise SourceFailed(f"{feed.name}: it does not tell what it holds as agreed") from None
        if page.reached <= after or page.epoch != (epoch or page.epoch):
            raise SourceFailed(f"{feed.name}: it was set back while it was asked: ask once more")
        after, epoch = page.reached, page.epoch
        yield page
