"""Whether what everybody reads has changed: looked up every few seconds, and without letting those who ask wait."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from services.accounting.cases.figures.read_released import PublicStand
from shared.db.outages import PASSING, log_outage

log = logging.getLogger(__name__)

LOOK: Final = 3.0  # seconds between looks at the stand
PATIENCE: Final = 0.5  # seconds that who asks waits for a look; a database that hangs is waited for beside


class Looking:
    """The newest stand that was seen: None until there was one. `changed` is called when it has become another."""

    def __init__(
        self, look_up: Callable[[], Awaitable[PublicStand]], every: float, changed: Callable[[], None]
    ) -> None:
        self._look_up, self._every, self._changed = look_up, every, changed
        self._begun = self._seen = float("-inf")
        self._look: asyncio.Task[bool] | None = None
        self.stand: PublicStand | None = None

    async def in_time(self) -> None:
        """Looks if it is time to, or waits for who does: nobody once a look has taken PATIENCE."""
        now = monotonic()
        if self._look is None or self._look.done():
            if now < self._begun + self._every:
                return
            self._begun = now
            self._look = asyncio.create_task(self.now())
        if (left := self._begun + PATIENCE - now) > 0:
            await asyncio.wait({self._look}, timeout=left)

    async def now(self) -> bool:
        """Looks; False where the database is away: what was known goes on."""
        begun = monotonic()
        try:
            stand = await self._look_up()
        except PASSING as trouble:
            log_outage(log, "what everybody reads is not looked at", trouble)
            return False
        if begun >= self._seen:  # else one that began later has told already
            self._seen = begun
            if stand != self.stand:
                self.stand = stand
                self._changed()
        return True

    def age(self) -> int:
        """Seconds since the stand was seen, once a look is overdue; else 0."""
        since = monotonic() - self._seen
        return 0 if since < self._every + PATIENCE else int(since)
