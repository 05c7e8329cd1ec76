"""One look at the outbox for all who wait for its next event: readers of the feed wait here, and only while somebody
waits is there a look. In a silence looks become rarer; what comes after a silence is delayed by that, and nothing else.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import outbox

POLL = 0.1  # seconds until the next look while somebody waits ...
SLOWER = 1.5
SLOWEST = 1.0  # ... and at most so many


class OutboxWatch:
    """The look of one process. `stopping` ends every wait at once."""

    def __init__(self, engine: AsyncEngine, stopping: asyncio.Event) -> None:
        self._engine, self._stopping = engine, stopping
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def beyond(self, position: int, seconds: float) -> None:
        """Returns as soon as there is an event after `position`, after that many seconds, or when the process stops.
        Raises what the look raises."""
        with self._waits(position) as woken:
            await asyncio.wait([woken], timeout=seconds)
            if woken.done():
                woken.result()

    @contextmanager
    def _waits(self, position: int) -> Iterator[asyncio.Future[None]]:
        woken = asyncio.get_running_loop().create_future()
        self._waiting[woken] = position
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield woken
        finally:
            del self._waiting[woken]
            if not woken.cancel():
                woken.exception()  # told or not: a reader that hung up reads no answer

    async def close(self) -> None:
        """Ends the look; who still waits does so until their time is over."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _look(self) -> None:
        """Until nobody waits. Whoever joins is seen by the next look, and so is what came before they did."""
        known, pause = 0, POLL
        while self._waiting:
            try:
                async with self._engine.connect() as connection:
                    newest = await outbox.newest(connection)
            except Exception as failure:
                self._wake(failure)
                return
            if newest > known:
                known, pause = newest, POLL
            self._wake(newest=newest)
            if await self._stops_within(pause):
                self._wake()
                return
            pause = min(pause * SLOWER, SLOWEST)

    def _wake(self, failure: Exception | None = None, *, newest: int | None = None) -> None:
        for woken, position in self._waiting.items():
            if woken.done() or (newest is not None and newest <= position):
                continue
            if failure is None:
                woken.set_result(None)
            else:
                woken.set_exception(failure)

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False
