"""Cross-origin resource sharing (CORS, Fetch Standard 3.2): which pages of other origins a browser lets read answers.

Figures for everybody may be read by any page, without a token. Frontends that the operator names may call everything,
with the person's token in `Authorization`; cookies are never used, so credentials mode is not allowed to anybody.
"""

from collections.abc import Collection
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.edge import header

_READING: Final = b"GET, HEAD"
_ALL: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_PLAIN_HEADERS: Final = b"Accept, Accept-Language, If-Modified-Since, If-None-Match"
_OWN_HEADERS: Final = b"Authorization, Content-Type, Idempotency-Key, If-Match, Kosh-Purpose, traceparent"
_ALL_HEADERS: Final = _PLAIN_HEADERS + b", " + _OWN_HEADERS
_EXPOSED: Final = (
    b"ETag, Location, Retry-After, Allow, Last-Modified, Content-Disposition, WWW-Authenticate, "
    b"Kosh-Batch, Kosh-Epoch, Kosh-Position"
)
_REMEMBERED: Final = b"600"  # seconds that a browser may keep the answer to a preflight

Headers = list[tuple[bytes, bytes]]


class CrossOrigin:
    """Pure ASGI. `frontends` are origins such as `https://cabinet.example`; `open_paths` begin the paths of figures."""

    def __init__(self, app: ASGIApp, frontends: Collection[str], open_paths: tuple[str, ...]) -> None:
        self._app, self._open_paths = app, open_paths
        self._frontends = frozenset(frontends)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = header(scope["headers"], b"origin")
        named = origin in self._frontends
        allowed = self._allowed(scope, origin if named else None)
        if _is_preflight(scope) and (named or self._is_open(scope)):
            await _answer_preflight(allowed, named, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *allowed]
            await send(message)

        await self._app(scope, receive, marked)

    def _is_open(self, scope: Scope) -> bool:
        return bool(scope["path"].startswith(self._open_paths))

    def _allowed(self, scope: Scope, frontend: str | None) -> Headers:
        """What an answer says of who may read it; caches keep it for that origin alone where origins differ."""
        varies: Headers = [(b"vary", b"Origin")] if self._frontends else []
        if not frontend and not self._is_open(scope):
            return varies
        reader = frontend.encode("latin-1") if frontend else b"*"
        return [(b"access-control-allow-origin", reader), (b"access-control-expose-headers", _EXPOSED), *varies]


def _is_preflight(scope: Scope) -> bool:
    asked = header(scope["headers"], b"access-control-request-method")
    return scope["method"] == "OPTIONS" and asked is not None and header(scope["headers"], b"origin") is not None


async def _answer_preflight(allowed: Headers, named: bool, send: Send) -> None:
    """204: whether the method and the headers asked for are among them, the browser compares."""
    headers = [
        *allowed,
        (b"access-control-allow-methods", _ALL if named else _READING),
        (b"access-control-allow-headers", _ALL_HEADERS if named else _PLAIN_HEADERS),
        (b"access-control-max-age", _REMEMBERED),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
