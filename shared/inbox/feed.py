"""A register's HTTP feed of events (after http-feeds.org), polled with long waits."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx
import orjson

from shared.errors import Unavailable
from shared.events.epochs import HEADER, Epoch
from shared.inbox.source import Delivery, Newest, Positions, SourceFailed, Unreadable

PATIENCE = 10.0  # seconds beyond the wait that was asked for


class Ends(NamedTuple):
    """The position of the register's newest event, that up to which events are in our Kafka topic, and the epochs of
    its outbox."""

    position: int
    relayed: int
    epochs: tuple[Epoch, ...]

    @property
    def epoch(self) -> str | None:
        """The present epoch."""
        return self.epochs[-1].id if self.epochs else None


class FeedSource:
    """The feed of one register at `address`; `auth` signs the requests. Only events of `types` are sent, where any are
    named."""

    transport = "feed"

    def __init__(
        self,
        name: str,
        address: str,
        auth: httpx.Auth,
        transport: httpx.AsyncBaseTransport | None = None,
        types: Sequence[str] = (),
    ) -> None:
        self.name, self._types = name, list(types)
        self._http = httpx.AsyncClient(base_url=address, auth=auth, timeout=PATIENCE, transport=transport)

    async def read(self, after: Positions, limit: int, wait: float) -> Delivery:
        position = after.get(0, 0)
        asked = {"after": position, "limit": limit, "wait": wait, "type": self._types}
        answer = await self._get("/v1/events", params=asked, timeout=wait + PATIENCE)
        events = _json(answer)
        reached = answer.headers.get("kosh-position", "")
        if not isinstance(events, list) or not reached.isdigit():
            raise SourceFailed(f"{self.name}: the feed does not answer with events and a position")
        found = [e if isinstance(e, dict) else Unreadable(orjson.dumps(e)) for e in events]
        return Delivery(found, {0: int(reached)}, int(reached), answer.headers.get(HEADER))

    async def newest(self) -> Newest:
        ends = await self.ends()
        return Newest(ends.position, {0: ends.position}, epochs=ends.epochs)

    async def ends(self) -> Ends:
        """Where the register's outbox ends."""
        answer = _json(await self._get("/v1/events/newest"))
        if not isinstance(answer, dict) or not isinstance(answer.get("position"), int):
            raise SourceFailed(f"{self.name}: the feed does not tell its newest position")
        relayed = answer.get("relayed")
        return Ends(answer["position"], relayed if isinstance(relayed, int) else 0, _epochs(answer))

    async def close(self) -> None:
        await self._http.aclose()

    async def _get(self, path: str, **options: Any) -> httpx.Response:
        try:
            return (await self._http.get(path, **options)).raise_for_status()
        except (httpx.HTTPError, Unavailable) as failure:
            raise SourceFailed(f"{self.name}: {_sentence(failure)}") from failure


def _epochs(answer: dict[str, Any]) -> tuple[Epoch, ...]:
    """Those that the register tells, none where it is of a version that knows of none."""
    try:
        return tuple(Epoch(str(told["id"]), int(told["after"])) for told in answer.get("epochs", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceFailed("the feed does not tell its epochs as agreed") from error


def _json(answer: httpx.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise SourceFailed("the feed does not answer in JSON") from error


def _sentence(failure: Exception) -> str:
    if isinstance(failure, httpx.HTTPStatusError):
        return f"the feed answers {failure.response.status_code}"
    return f"the feed cannot be reached ({type(failure).__name__})"
