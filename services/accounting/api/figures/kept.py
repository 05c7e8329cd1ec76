"""Answers to everybody, kept in memory until what they are made of changes (6-qualities S11).

What everybody reads changes with a release and with a loaded file alone: `PublicStand` names both, and is looked up
every few seconds, not at each question. An answer's ETag is made of the stand and the question, so that whoever holds
it is told so (304) without a query, by whichever process; an answer that was given before is given again. Explicit
vintages may be kept for a year (`immutable`): a release never changes. All others are asked for again after a minute.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.accounting.api.figures.cacheable import listed
from services.accounting.cases.figures.read_released import PublicStand
from shared.db.outages import PASSING, log_outage

log = logging.getLogger(__name__)

LOOK: Final = 3.0  # seconds between looks at the stand
LARGEST: Final = 4 * 2**20  # bytes of an answer that is kept
MEMORY: Final = 64 * 2**20  # bytes of all that are kept
OVERHEAD: Final = 2_000  # bytes beside a question and its answer, about
YEAR: Final = "public, max-age=31536000, immutable"
MINUTE: Final = "public, max-age=60"
_ASKED_BY: Final = ("accept", "accept-language", "accept-encoding")
_OURS: Final = (b"etag", b"cache-control", b"last-modified")
_ROUTE: Final = ("route", "endpoint", "path_params", "fastapi")
"""What the router notes of the route that answered: logs, metrics and spans name it."""
_NOT_KEPT: Final = ("/health/", "/version", "/metrics", "/openapi", "/assets/")
"""What operators ask, and files that are in memory already."""

Key = tuple[str, ...]


class KeptAnswer(NamedTuple):
    """An answer as it was sent, and what the router said of it."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    routed: dict[str, Any]


class KeptAnswers:
    """ASGI, within everything that an API has around it: limits, metrics, cross-origin headers."""

    def __init__(self, app: ASGIApp, look_up: Callable[[], Awaitable[PublicStand]], look: float = LOOK) -> None:
        self._app, self._look_up, self._every = app, look_up, look
        self._kept: OrderedDict[Key, KeptAnswer] = OrderedDict()
        self._size, self._looked = 0, 0.0
        self._stand: PublicStand | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _is_of_figures(scope["path"]):
            await self._app(scope, receive, send)
            return
        await self._look()
        if self._stand is None:
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        # By the host, too: files and pages name their own addresses, and whoever asks chooses what they say there.
        place = (scope["scheme"], asked.get("host", ""), scope["path"], scope["query_string"].decode("latin-1"))
        key = (*place, *(asked.get(name, "") for name in _ASKED_BY))
        tag = _tag(self._stand, key)
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._answered(scope, receive, send, key, self._stand, tag)
        else:
            self._kept.move_to_end(key)
            scope.update(kept.routed)
        if kept:
            await _send(kept, send, unchanged=_holds(asked, tag))

    async def _look(self) -> None:
        """Every so many seconds; while the database is away, what was known goes on."""
        now = asyncio.get_running_loop().time()
        if self._looked and now < self._looked + self._every:
            return
        self._looked = now
        try:
            stand = await self._look_up()
        except PASSING as trouble:
            log_outage(log, "what everybody reads is not looked at", trouble)
            return
        if stand != self._stand:
            self._kept.clear()
            self._size, self._stand = 0, stand

    async def _answered(
        self, scope: Scope, receive: Receive, send: Send, key: Key, stand: PublicStand, tag: str
    ) -> KeptAnswer | None:
        """The answer of the route, kept if it is a good one that is not too large; None where it was sent already."""
        start: Message | None = None
        parts: list[bytes] = []
        passing = False

        async def hear(message: Message) -> None:
            nonlocal start, passing
            if passing:
                await send(message)
            elif message["type"] == "http.response.start" and message["status"] == 200:
                start = message
            elif message["type"] == "http.response.start":
                passing = True
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if sum(map(len, parts)) > LARGEST and start is not None:
                    passing = True
                    await send({**start, "headers": _marked(start["headers"], stand, tag, scope)})
                    await send({**message, "body": b"".join(parts)})

        await self._app(scope, receive, hear)
        if passing or start is None:
            return None
        routed = {name: scope[name] for name in _ROUTE if name in scope}
        made = KeptAnswer(_marked(start["headers"], stand, tag, scope), b"".join(parts), routed)
        if stand == self._stand:
            self._keep(key, made)
        return made

    def _keep(self, key: Key, made: KeptAnswer) -> None:
        former = self._kept.pop(key, None)
        self._size += _size(key, made) - (_size(key, former) if former else 0)
        self._kept[key] = made
        while self._size > MEMORY:
            self._size -= _size(*self._kept.popitem(last=False))


def _size(key: Key, kept: KeptAnswer) -> int:
    """Questions can be longer than their answers."""
    return OVERHEAD + sum(map(len, key)) + len(kept.body)


def _is_of_figures(path: str) -> bool:
    return not path.startswith(_NOT_KEPT)


def _tag(stand: PublicStand, key: Key) -> str:
    text = "\0".join((str(stand), *key)).encode()
    return f'W/"{blake2b(text, digest_size=12).hexdigest()}"'


def _marked(
    headers: Sequence[tuple[bytes, bytes]], stand: PublicStand, tag: str, scope: Scope
) -> list[tuple[bytes, bytes]]:
    ours = {
        b"etag": tag,
        b"cache-control": YEAR if _is_of_one_release(scope, stand) else MINUTE,
        b"last-modified": format_datetime(stand.changed_at.astimezone(UTC), usegmt=True),
    }
    others = [(name, value) for name, value in headers if name.lower() not in _OURS]
    return [*others, *((name, value.encode()) for name, value in ours.items())]


def _is_of_one_release(scope: Scope, stand: PublicStand) -> bool:
    """Whether the question names releases that are cut: by number, or by a day before that of the newest."""
    path, asked = scope["path"], dict(parse_qsl(scope["query_string"].decode("latin-1")))
    if path.startswith("/v1/releases/"):
        number = path.removeprefix("/v1/releases/").partition("/")[0]
        return number.isascii() and number.isdigit() and int(number) <= stand.release
    of_files = path.startswith("/data/") and not path.endswith(".metadata.json")  # these name the next release, too
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(asked.get("release" if of_files else "asOf", "").replace(" ", "+"))
        return moment.astimezone(UTC).date() < stand.cut_at.astimezone(UTC).date()
    return False


def _holds(asked: Headers, tag: str) -> bool:
    told = {each.strip().removeprefix("W/") for each in (listed(asked, "if-none-match") or "").split(",")}
    return not told.isdisjoint({"*", tag.removeprefix("W/")})


async def _send(kept: KeptAnswer, send: Send, *, unchanged: bool) -> None:
    if unchanged:
        headers = [each for each in kept.headers if each[0].lower() not in (b"content-length", b"content-type")]
        headers = [each for each in headers if each[0].lower() != b"content-encoding"]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
        await send({"type": "http.response.body", "body": kept.body})
