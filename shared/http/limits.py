"""What a client may ask of us at most: size of the body, patience with slow senders, requests a second, and work at
the same time. Beyond it the answer is 413, 408, 429 or 503, with Retry-After, before anything expensive begins.

Requests are counted by the address that they come from until a token is verified, by its subject from then on: what
nobody has verified, a made-up token or a stranger's X-Forwarded-For, chooses no bucket.

A body that is read line by line (NDJSON) has no bound as a whole: its reader bounds each line.
"""

from asyncio import sleep, timeout
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
SURPLUS = "kosh.surplus"  # of the state that the server gives: the request came by a connection beyond their number

HELD = 0.25  # seconds that a refusal is held back: who asks again at once, whatever Retry-After says, asks less often

PATIENCE = 20.0  # seconds that a body may take, and on top of that
SLOWEST = 1_024  # bytes a second, on average: who sends more slowly is cut


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one service."""

    body: int = 1_048_576  # bytes
    running: int = 256  # requests at a time
    rate: float = 5_000  # requests a second of one address, and of one subject


class Places:
    """Requests that run, by client: dynamic thresholds (Choudhury and Hahne, 1998). A client may hold as many places as
    it leaves free: alone half of them, with another that floods us a third each. Who holds none gets any that is free.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._held: dict[str, int] = {}

    def take(self, client: str) -> bool:
        """Whether the client gets one; then it gives it back by `leave`."""
        held = self._held.get(client, 0)
        if held >= self._free:
            return False
        self._held[client] = held + 1
        self._free -= 1
        return True

    def leave(self, client: str) -> None:
        self._free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]


class Limits:
    """Pure ASGI. Health checks and figures always pass: they must tell of the overload."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app, self._bounds = app, bounds
        self._places = Places(bounds.running)
        self._addresses = Buckets(bounds.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
        elif scope.get("state", {}).get(SURPLUS):
            await problem(503, headers={"Retry-After": "1", "Connection": "close"})(scope, receive, send)
        elif refusal := _malformed(scope):
            await refusal(scope, receive, send)
        else:
            await self._run(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        client, buckets = self._client(scope)
        if wait := buckets.wait(client):
            await sleep(HELD)
            await problem(429, headers={"Retry-After": str(ceil(wait))})(scope, receive, send)
        elif not self._places.take(client):
            await sleep(HELD)
            await problem(503, headers={"Retry-After": "1"})(scope, receive, send)
        else:
            try:
                await self._app(scope, _bounded(scope, receive, self._bounds.body), send)
            finally:
                self._places.leave(client)

    def _client(self, scope: Scope) -> tuple[str, Buckets]:
        """A token that was verified before names its subject. Any other is a stranger's until it is verified."""
        if caller := known_caller(scope, header(scope["headers"], b"authorization")):
            return caller.subject, scope["app"].state.subjects
        return f"address {address_of(scope)}", self._addresses


def address_of(scope: Scope) -> str:
    """Where a request comes from: the network that is one client's (shared.identity.buckets)."""
    return network_of((scope["client"] or ("",))[0])


def _malformed(scope: Scope) -> Response | None:
    if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
        return problem(400, detail="The address contains U+0000, which cannot be stored. Remove it.")
    if len(scope["headers"]) > HEADERS:
        return problem(431)
    return None


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
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
        if received > limit:
            raise _too_large(most)
        return message

    return bounded


def _too_large(most: int) -> HTTPException:
    detail = f"The body may have {most} bytes. Send less at once, or use the batch form."
    return HTTPException(413, detail, {"Connection": "close"})
