"""The outermost layer of an application: every request is traced, timed, counted and told in one log line, and
whatever fails unforeseen is answered as a problem that says nothing of the failure."""

import logging
from collections.abc import Iterable
from time import perf_counter

from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import problem
from shared.http.routes import template
from shared.telemetry.metrics import Metrics
from shared.telemetry.tracing import Tracing

_CUT_OFF = 499  # the client went away before its request was whole, or before it had an answer: no failure of ours

log = logging.getLogger("kosh.request")


class Edge:
    """Pure ASGI: one wrapped `send`, no task of its own."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app, self._metrics, self._tracing = app, metrics, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parent = header(scope["headers"], b"traceparent")
        with self._tracing.span(scope["method"], parent, SpanKind.SERVER) as span:
            await self._answer(scope, receive, send, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, span: Span) -> None:
        started, status, cut_off = perf_counter(), 0, False

        async def hearing() -> Message:
            nonlocal cut_off
            message = await receive()
            if message["type"] == "http.disconnect" and not status:  # the request is not whole
                cut_off = True
            return message

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_protection(scope, message["headers"])]
            await send(message)

        try:
            await self._app(scope, hearing, noting)
        except ClientDisconnect:
            if status:
                raise
        except Exception as error:
            log.error("unforeseen failure", exc_info=error, extra={"fields": {"route": template(scope)}})
            if status:  # the answer had begun: only cutting the connection tells the client that it is not whole
                raise
            await problem(500)(scope, receive, noting)
        finally:
            self._note(scope, _CUT_OFF if cut_off else status or _CUT_OFF, perf_counter() - started, span)

    def _note(self, scope: Scope, status: int, seconds: float, span: Span) -> None:
        method, route = scope["method"], template(scope)
        self._metrics.answered(method, route, status, seconds)
        if span.is_recording():
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {"http.request.method": method, "http.route": route, "http.response.status_code": status}
            )
            if status >= 500:
                span.set_status(StatusCode.ERROR)
        if log.isEnabledFor(logging.INFO):
            fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            log.info("answered", extra={"fields": fields})


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


def _protection(scope: Scope, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What a named caller was shown is kept by no cache, unless the route says otherwise."""
    kept = [(b"x-content-type-options", b"nosniff")]
    if scope.get("kosh.caller") and header(headers, b"cache-control") is None:
        kept.append((b"cache-control", b"no-store"))
    return kept
