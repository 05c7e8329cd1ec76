"""Asking a system of others with care: a bounded time, a bounded answer, few at a time, and a pause after failures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from shared import clock

AT_A_TIME = 8
"""Requests of ours that may wait for a system together: a slow one must not take every place of the API."""
FAILURES = 3
PAUSE = timedelta(seconds=30)
"""For which a system is not asked that has failed so often in a row."""
LARGEST = 64 * 1024


class NoAnswer(Exception):
    """The system did not answer, not as documented, or is not asked now. Says why, and nothing of what was asked."""


@dataclass(slots=True)
class System:
    """A system at `url`, asked through `client`, whose timeout holds."""

    client: httpx.AsyncClient
    url: str
    waiting: int = 0
    failures: int = 0
    paused_until: datetime | None = None

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes | None:
        """The body of a good answer, None for 404. Raises NoAnswer."""
        if self.waiting >= AT_A_TIME:
            raise NoAnswer("enough requests wait for it")
        if self.paused_until and clock.now() < self.paused_until:
            raise NoAnswer("it has failed, and is left alone for a while")
        self.waiting += 1
        try:
            content = await self._read(method, path, body)
        except NoAnswer:
            self._failed()
            raise
        finally:
            self.waiting -= 1
        self.failures, self.paused_until = 0, None
        return content

    async def _read(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes | None:
        content = bytearray()
        try:
            async with self.client.stream(method, f"{self.url.rstrip('/')}{path}", json=body) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise NoAnswer(f"status {answer.status_code}")
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > LARGEST:
                        raise NoAnswer("an answer too large")
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        return bytes(content)

    def _failed(self) -> None:
        self.failures += 1
        if self.failures >= FAILURES:
            self.paused_until = clock.now() + PAUSE
