"""A register's HTTP feed of events (after http-feeds.org), polled with long waits.

An answer that holds something else than events at their positions is asked for again in halves, down to the one event
that is at fault: that one is handed over as unreadable, at the position that the feed tells, and reading goes on.
"""

from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple

import httpx
import orjson

from shared.client import HttpClient
from shared.errors import Unavailable
from shared.events.epochs import HEADER, Epoch
from shared.inbox.source import (
    LARGEST,
    Delivery,
    Event,
    Newest,
    Place,
    Positions,
    SourceFailed,
    Unparsed,
    Unreadable,
    places_of,
)

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


class FeedAnswer(NamedTuple):
    """What a feed answers. The client library's own answer goes round in a circle with its stream, which only the
    garbage collector ends: held there, the bytes of every page would stay until it runs, and in a process that takes
    batches it seldom does (shared.process.tune_gc)."""

    content: bytes
    headers: httpx.Headers


class FeedSource:
    """The feed of one register at `address`; `auth` signs the requests. Only events of `types` are sent, where any are
    named. Answers of `parse_below` bytes and more are handed over unparsed: whoever finds one faulty asks for less."""

    transport = "feed"

    def __init__(
        self,
        name: str,
        address: str,
        auth: httpx.Auth,
        transport: httpx.AsyncBaseTransport | None = None,
        types: Sequence[str] = (),
        parse_below: float = inf,
    ) -> None:
        self.name, self._types, self._parse_below = name, list(types), parse_below
        plain = {"Accept-Encoding": "identity"}  # coding would cost both sides more than a network between them
        self._http = HttpClient(base_url=address, auth=auth, headers=plain, timeout=PATIENCE, transport=transport)

    async def read(self, after: Positions, limit: int, wait: float) -> Delivery:
        position = after.get(0, 0)
        while True:
            answer, reached = await self._page(position, limit, wait)
            answered, epoch = Unparsed(answer.content, position, reached), answer.headers.get(HEADER)
            if len(answered.content) >= self._parse_below and limit > 1:
                return Delivery([], {0: reached}, reached, epoch=epoch, unparsed=answered)
            if (events := answered.events()) is not None:
                return Delivery(list(events), {0: reached}, reached, places_of(events), epoch)
            if limit == 1:
                return Delivery([Unreadable(answered.content)], {0: reached}, reached, [Place(0, reached)], epoch)
            limit, wait = limit // 2, 0

    async def again(self, transport: str, places: Sequence[Place]) -> list[Event | Unreadable | None]:
        """A topic's places mean nothing here."""
        return [await self._at(place.position) if transport == self.transport else None for place in places]

    async def _at(self, position: int) -> Event | Unreadable | None:
        try:
            answer, reached = await self._page(position - 1, 1, 0)
        except SourceFailed as failure:
            if _status_of(failure) == httpx.codes.CONFLICT:
                return None  # beyond the newest event
            raise
        if reached != position:
            return None
        events = Unparsed(answer.content, position - 1, reached).events()
        return Unreadable(answer.content) if events is None else events[0] if events else None

    async def _page(self, position: int, limit: int, wait: float) -> tuple[FeedAnswer, int]:
        """The feed's answer, and the position that it tells. Raises SourceFailed, also for what cannot be gone past."""
        asked = {"after": position, "limit": limit, "wait": wait, "type": self._types}
        answer = await self._get("/v1/events", params=asked, timeout=wait + PATIENCE)
        told = answer.headers.get("kosh-position", "")
        reached = int(told) if told.isascii() and told.isdigit() and len(told) < 20 else -1
        if not position <= reached <= LARGEST or (reached == position and _json(answer) != []):
            raise SourceFailed(f"{self.name}: the feed does not answer with events and a position")
        return answer, reached

    async def newest(self) -> Newest:
        ends = await self.ends()
        return Newest(ends.position, {0: ends.position}, epochs=ends.epochs)

    async def ends(self) -> Ends:
        """Where the register's outbox ends."""
        answer = _json(await self._get("/v1/events/newest"))
        if not isinstance(answer, dict) or not _is_position(answer.get("position")):
            raise SourceFailed(f"{self.name}: the feed does not tell its newest position")
        relayed = answer.get("relayed")
        relayed = relayed if isinstance(relayed, int) and _is_position(relayed) else 0
        return Ends(answer["position"], relayed, _epochs(answer))

    async def ask(self, path: str, **params: Any) -> Any:
        """What the register answers there, parsed. Raises SourceFailed."""
        return _json(await self._get(path, params=params))

    async def close(self) -> None:
        await self._http.aclose()

    async def _get(self, path: str, **options: Any) -> FeedAnswer:
        try:
            async with self._http.stream("GET", path, **options) as answer:
                answer.raise_for_status()
                return FeedAnswer(b"".join([chunk async for chunk in answer.aiter_bytes()]), answer.headers)
        except (httpx.HTTPError, Unavailable) as failure:
            raise SourceFailed(f"{self.name}: {_sentence(failure)}") from failure


def _epochs(answer: dict[str, Any]) -> tuple[Epoch, ...]:
    """Those that the register tells, none where it is of a version that knows of none."""
    try:
        return tuple(Epoch(str(told["id"]), int(told["after"])) for told in answer.get("epochs", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceFailed("the feed does not tell its epochs as agreed") from error


def _json(answer: FeedAnswer) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise SourceFailed("the feed does not answer in JSON") from error


def _is_position(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _status_of(failure: SourceFailed) -> int | None:
    cause = failure.__cause__
    return cause.response.status_code if isinstance(cause, httpx.HTTPStatusError) else None


def _sentence(failure: Exception) -> str:
    if isinstance(failure, httpx.HTTPStatusError):
        return f"the feed answers {failure.response.status_code}"
    return f"the feed cannot be reached ({type(failure).__name__})"
