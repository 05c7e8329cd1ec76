"""Running an application: uvicorn, with bounds on what a connection may do outside of a request, and an orderly end."""

import asyncio
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.process import tune_gc
from shared.settings import ServiceSettings
from shared.telemetry.logs import configure

MAX_HEAD = 65_536  # bytes of request line and headers that may come before they are complete
HEAD_PATIENCE = 10.0  # seconds until they must be
READER_PATIENCE = 60.0  # seconds that a client may take to read what waits for it
KEEP_ALIVE = 30  # seconds of silence between two requests
CONNECTIONS = 2_000
SHUTDOWN_PATIENCE = 15  # seconds for running requests to end


class BoundedConnection(HttpToolsProtocol):
    """uvicorn bounds neither the size of a request's head, nor how slowly it comes, nor how slowly we are read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bytes = 0
        self._too_late: asyncio.TimerHandle | None = None
        self._not_read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_complete()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._too_late is not None:
            self._bytes += len(data)
            if self._bytes > MAX_HEAD:
                self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_is_complete()
        self.url = with_path(self.url)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._not_read = self.loop.call_later(READER_PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _is_read(self) -> None:
        if self._not_read is not None:
            self._not_read.cancel()
            self._not_read = None

    def _expect_head(self) -> None:
        if self._too_late is None:
            self._too_late = self.loop.call_later(HEAD_PATIENCE, self.transport.close)

    def _head_is_complete(self) -> None:
        self._bytes = 0
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _refuse(self) -> None:
        self._head_is_complete()
        self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
        self.transport.close()


def with_path(target: bytes) -> bytes:
    """A request target in absolute form that has no path asks for the first page (RFC 9112, 3.2.2; RFC 9110, 4.2.3)."""
    scheme, sign, rest = target.partition(b"://")
    authority, mark, query = rest.partition(b"?")
    if not sign or b"/" in authority or b"/" in scheme:
        return target
    return scheme + sign + authority + b"/" + mark + query


class Server(uvicorn.Server):
    """Tells the application as soon as it is asked to stop, so that what waits (a reader of the feed) may end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.config.app.state.stopping.set()  # type: ignore[union-attr]
        super().handle_exit(sig, frame)


def make_server(app: FastAPI, host: str, port: int) -> Server:
    """A server that is not running yet; port 0 takes any free one."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=BoundedConnection,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=SHUTDOWN_PATIENCE,
        )
    )


def run(app: FastAPI) -> None:
    """Serve `app` where its settings say until SIGTERM or SIGINT; then let what runs end, and close."""
    settings: ServiceSettings = app.state.settings
    configure(app.state.service, settings.log_level)
    tune_gc()
    try:
        make_server(app, settings.host, settings.port).run()
    except KeyboardInterrupt:  # uvicorn raises Ctrl-C again once everything is closed
        return
