"""Figures of a process that serves an API, for Prometheus: at a port of their own, which no proxy leads to. They tell
how much of what is done and how far everything is, which is nobody's business but the operators'."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from shared.telemetry.metrics import CONTENT_TYPE, Metrics

PATIENCE: Final = 10.0  # seconds for all figures together, as long as Prometheus waits


@asynccontextmanager
async def metrics_served(metrics: Metrics, host: str, port: int | None) -> AsyncIterator[int | None]:
    """Serves `/metrics` at `port` while the block runs; 0 takes any free one. Gives the port, None if nothing is
    served. Connections are handled by threads; the figures themselves are read in the running loop."""
    if port is None:
        yield None
        return
    server = ThreadingHTTPServer((host, port), _handler(metrics, asyncio.get_running_loop()))
    server.daemon_threads = True
    serving = asyncio.create_task(asyncio.to_thread(server.serve_forever, 0.1))
    try:
        yield server.server_port
    finally:
        await asyncio.to_thread(server.shutdown)
        await serving
        server.server_close()


def _handler(metrics: Metrics, loop: asyncio.AbstractEventLoop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(404)
                return
            try:
                body = asyncio.run_coroutine_threadsafe(metrics.exposition(), loop).result(PATIENCE)
            except TimeoutError:
                self.send_error(503)
                return
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A scrape is no news."""

    return Handler
