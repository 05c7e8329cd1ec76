"""Running an application: uvicorn, with bounds on what a connection may do outside of a request, and an orderly end."""

import asyncio
import resource
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.http.limits import SURPLUS
from shared.process import tune_gc
from shared.settings import ServiceSettings
from shared.telemetry.logs import configure

MAX_HEAD = 65_536  # bytes of request line and headers that may come before they are complete
FIELD = 32  # bytes that each field counts beyond its own: small ones cost memory too (RFC 9113, 6.5.2)
HEAD_PATIENCE = 10.0  # seconds until they must be
READER_PATIENCE = 60.0  # seconds that a client may take to read what waits for it
KEEP_ALIVE = 30  # seconds of silence between two requests
REFUSED_AT_ONCE = 2  # times as many connections as are served may wait for their refusal; any more are closed unread
FILES_BESIDE = 256  # that a process holds open beside its connections: to the database, to issuers, logs
SHUTDOWN_PATIENCE = 15  # seconds for running requests to end


class HeadTooLarge(Exception):
    """The fields of one request are larger than MAX_HEAD."""


class BoundedConnection(HttpToolsProtocol):
    """uvicorn bounds neither the size of a request's head, nor how slowly it comes, nor how slowly we are read.

    The size is counted twice: what the parser has completed (exactly), and what came without completing anything, be it
    an endless field, trailer or chunk extension. Whoever sends while none of their requests runs must get one
    done in HEAD_PATIENCE, be it by single bytes, empty lines or the rest of a body that was refused long ago.

    Connections beyond `most` are surplus while they are that many: their requests are refused by the application
    (shared.http.limits), and those that were open before go on. uvicorn's own limit would refuse all alike.
    """

    most = 2_000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._incomplete = 0  # bytes
        self._head = 0  # bytes
        self._in_head = False
        self._surplus = False
        self._too_late: asyncio.TimerHandle | None = None
        self._not_read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._surplus = len(self.connections) > self.most
        self._expect_head()
        if len(self.connections) > REFUSED_AT_ONCE * self.most:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._incomplete += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._incomplete > MAX_HEAD:
            self._refuse()
        elif self.timeout_keep_alive_task is None and self._nothing_runs():
            self._expect_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._unset_keepalive_if_required()
        self._head, self._in_head = 0, True
        self._surplus = self._surplus and len(self.connections) > self.most
        self.scope["state"][SURPLUS] = self._surplus
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers are counted and left out: as headers they could say who is asking (RFC 9110, 6.5.1)."""
        self._count(len(name) + len(value) + FIELD)
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._wait_no_more()
        self._in_head, self._incomplete = False, 0
        self.url = with_path(self.url)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._incomplete = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._incomplete = 0
        super().on_message_complete()
        if self._nothing_runs():  # the rest of a body that was answered before it was whole
            self._wait_no_more()
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def send_400_response(self, msg: str) -> None:
        if self._head > MAX_HEAD:
            self._refuse()
        else:
            super().send_400_response(msg)

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

    def _nothing_runs(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD:
            raise HeadTooLarge

    def _expect_head(self) -> None:
        if self._too_late is None:
            self._too_late = self.loop.call_later(HEAD_PATIENCE, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _refuse(self) -> None:
        """431, unless an answer is under way, in which it would stand as content."""
        self._wait_no_more()
        if self._nothing_runs():
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


def make_server(
    app: FastAPI, host: str, port: int, trusted_proxies: str | None = None, connections: int = BoundedConnection.most
) -> Server:
    """A server that is not running yet; port 0 takes any free one. `trusted_proxies`: whose X-Forwarded-For is
    believed; `connections`: how many are served at a time."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=type("Connection", (BoundedConnection,), {"most": connections}),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=trusted_proxies is not None,
            forwarded_allow_ips=trusted_proxies,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=SHUTDOWN_PATIENCE,
        )
    )


def run(app: FastAPI) -> None:
    """Serve `app` where its settings say until SIGTERM or SIGINT; then let what runs end, and close."""
    settings: ServiceSettings = app.state.settings
    configure(app.state.service, settings.log_level)
    _allow_files(REFUSED_AT_ONCE * settings.max_connections + FILES_BESIDE)
    tune_gc()
    try:
        make_server(app, settings.host, settings.port, settings.trusted_proxies, settings.max_connections).run()
    except KeyboardInterrupt:  # uvicorn raises Ctrl-C again once everything is closed
        return


def _allow_files(number: int) -> None:
    """As many open files as that, where the machine lets us: by default it lets a process have 1,024."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if most == resource.RLIM_INFINITY else min(number, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
