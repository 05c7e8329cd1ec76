"""What a client may ask of us at most: size of the body, patience with slow senders, requests a second, and work at
the same time. Beyond it the answer is 413, 408, 429 or 503, with Retry-After, before anything expensive begins.

Requests are counted by the address that they come from until a token is verified, by its subject from then on: what
nobody has verified, a made-up token or a stranger's X-Forwarded-For, chooses no bucket.

A body that is read line by line (NDJSON) has no bound as a whole: its reader bounds each line.
"""

from asyncio import timeout
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.edge import header
from shared.http.problems import problem
from shared.http.routes import LINES, media_type_of
from shared.identity.buckets import Buckets, network_of
from shared.identity.callers import known_caller

HEADERS = 100  # fields of one request

PATIENCE = 20.0  # seconds that a body may take, and on top of that
SLOWEST = 1_024  # bytes a second, on average: who sends more slowly is cut


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one service."""

    body: int = 1_048_576  # bytes
    running: int = 256  # requests at a time
    rate: float = 5_000  # requests a second of one address, and of one subject


class Limits:
    """Pure ASGI. Health checks and figures always pass: they must tell of the overload."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app, self._bounds = app, bounds
        self._running = 0
        self._coming = BodiesOnTheirWay(max(bounds.running // 2, 1))
        self._addresses = Buckets(bounds.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await refusal(scope, receive, send)
        else:
            self._running += 1
            try:
                with self._coming.one(scope) as arrived:
                    await self._app(scope, _bounded(scope, receive, self._bounds.body, arrived), send)
            finally:
                self._running -= 1

    def _refusal(self, scope: Scope) -> Response | None:
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            return problem(400, detail="The address contains U+0000, which cannot be stored. Remove it.")
        if len(scope["headers"]) > HEADERS:
            return problem(431)
        if wait := self._wait(scope):
            return problem(429, headers={"Retry-After": str(ceil(wait))})
        if self._running >= self._bounds.running:
            return problem(503, headers={"Retry-After": "1"})
        if self._coming.are_too_many(scope):
            return problem(429, headers={"Retry-After": "1", "Connection": "close"})
        return None

    def _wait(self, scope: Scope) -> float:
        """A token that was verified before names its subject. Any other is a stranger's until it is verified."""
        if caller := known_caller(scope, header(scope["headers"], b"authorization")):
            subjects: Buckets = scope["app"].state.subjects
            return subjects.wait(caller.subject)
        return self._addresses.wait(network_of((scope["client"] or ("",))[0]))


class BodiesOnTheirWay:
    """How many bodies of each client have not come yet: one client's, that never come, must not take all places."""

    def __init__(self, most: int) -> None:
        self._most, self._of = most, Counter[str]()

    def are_too_many(self, scope: Scope) -> bool:
        """Whether the client of this request has as many under way as one may have."""
        return _has_body(scope) and self._of[_client(scope)] >= self._most

    @contextmanager
    def one(self, scope: Scope) -> Iterator[Callable[[], None]]:
        """Counts the body of this request, if it has any, until the function is called or the block ends."""
        client = _client(scope) if _has_body(scope) else None

        def arrived() -> None:
            nonlocal client
            if client is not None:
                self._of[client] -= 1
                if not self._of[client]:
                    del self._of[client]
            client = None

        if client is not None:
            self._of[client] += 1
        try:
            yield arrived
        finally:
            arrived()


def _client(scope: Scope) -> str:
    """As requests are counted: the subject of a verified token, else the network that the request comes from."""
    caller = scope.get("kosh.caller")  # known since its requests were counted
    return f"subject {caller.subject}" if caller else network_of((scope["client"] or ("",))[0])


def _has_body(scope: Scope) -> bool:
    length = header(scope["headers"], b"content-length")
    return header(scope["headers"], b"transfer-encoding") is not None or length not in (None, "0")


def _bounded(scope: Scope, receive: Receive, most: int, arrived: Callable[[], None]) -> Receive:
    """`receive` with a limit on the bytes, unless they are streamed, and on the time that they take to come."""
    limit = float("inf") if media_type_of(header(scope["headers"], b"content-type")) in LINES else most
    length = header(scope["headers"], b"content-length") or ""
    announced = int(length) if length.isdecimal() else 0
    received, waited, complete = 0, 0.0, False

    async def bounded() -> Message:
        nonlocal received, waited, complete
        if complete:
            return await receive()
        if announced > limit:
            raise _too_large(most)
        began = monotonic()
        try:
            async with timeout(PATIENCE + received / SLOWEST - waited):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        waited += monotonic() - began
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if complete:
            arrived()
        if received > limit:
            raise _too_large(most)
        return message

    return bounded


def _too_large(most: int) -> HTTPException:
    detail = f"The body may have {most} bytes. Send less at once, or use the batch form."
    return HTTPException(413, detail, {"Connection": "close"})
