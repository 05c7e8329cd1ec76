"""HEAD wherever GET is (RFC 9110, 9.1): the same route, status and headers, without the content.

Routes know of GET alone, so that the description and the table of access name every operation once.
"""

from fastapi.responses import StreamingResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED = "kosh.head"


class Head:
    """Pure ASGI: what is inside sees a GET; what is outside, the log among it, sees the HEAD that it was."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def emptied(message: Message) -> None:
            scope["method"] = "HEAD"
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"], scope[_ASKED] = "GET", True
        try:
            await self._app(scope, receive, emptied)
        finally:
            scope["method"] = "HEAD"


def without_stream(request: Request, answer: Response) -> Response:
    """`answer`, but where only its head is asked for, a stream of it is not begun."""
    if _ASKED not in request.scope or not isinstance(answer, StreamingResponse):
        return answer
    bare = Response(status_code=answer.status_code)
    bare.raw_headers = answer.raw_headers
    return bare
