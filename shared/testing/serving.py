"""A real server in the test's own loop, for what only a socket shows: slowness, size, a connection that breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from shared.http.server import BoundedConnection, Server, make_server


@dataclass(frozen=True)
class Served:
    """A running server, its port on 127.0.0.1, and the task that ends with it."""

    server: Server
    port: int
    ended: asyncio.Task[None]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(
    app: FastAPI, trusted_proxies: str | None = None, connections: int = BoundedConnection.most
) -> AsyncIterator[Served]:
    """`app` behind uvicorn on a free port; stopped in an orderly way when the block ends."""
    server = make_server(app, "127.0.0.1", 0, trusted_proxies, connections)
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 (uvicorn has no event to wait for)
        await asyncio.sleep(0.01)
    try:
        yield Served(server, server.servers[0].sockets[0].getsockname()[1], task)
    finally:
        server.should_exit = True
        await task
