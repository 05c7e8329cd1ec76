"""The HTTP client of all who ask others: registers, the identity provider, verifiers, exchanges."""

from typing import Any

import httpx


class HttpClient(httpx.AsyncClient):
    """`httpx.AsyncClient` that raises httpx.HTTPError, and nothing else, where its peer cannot be had.

    A peer that resets a connection in the moment it is made leaves no socket: uvloop answers None for it, and anyio,
    which looks up whose it is, fails by AttributeError.
    """

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        try:
            return await super().send(request, **options)
        except AttributeError as lost:
            if lost.obj is not None:
                raise
            raise httpx.ConnectError("the connection was reset while it was made", request=request) from lost
