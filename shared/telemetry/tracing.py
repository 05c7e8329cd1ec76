"""One trace from the HTTP request through the outbox to the cube (W3C Trace Context, OpenTelemetry).

Every request has a trace id, whether anything is exported or not: it stands in the log, in a problem and, through
`current_traceparent`, in the outbox row. Spans are recorded only where an exporter is configured. A span holds the
route's template, never the address: addresses may name persons.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags, Tracer

MAX_LINKS = 2_000  # the library's own bound of 128 would lose most traces of a batch

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The traceparent of the running request or consumed event, for what it causes; None outside of both."""
    return _traceparent.get()


def current_trace_id() -> str | None:
    """The trace id alone: 32 hexadecimal digits."""
    traceparent = _traceparent.get()
    return traceparent[3:35] if traceparent else None


class Tracing:
    """The traces of one process. Without an exporter it only carries trace ids on, at next to no cost."""

    def __init__(self, service: str, exporter: SpanExporter | None = None) -> None:
        self._tracer: Tracer | None = None
        if exporter is not None:
            limits = SpanLimits(max_links=MAX_LINKS)
            self._provider = TracerProvider(resource=Resource({"service.name": f"kosh-{service}"}), span_limits=limits)
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
            self._tracer = self._provider.get_tracer("kosh")

    @classmethod
    def to(cls, endpoint: str | None, service: str) -> "Tracing":
        """Export to an OpenTelemetry collector at `endpoint` (OTLP over HTTP, its base address), or nowhere."""
        if endpoint is None:
            return cls(service)
        # Here: without a collector, no process loads the exporter and the libraries under it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return cls(service, OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"))

    @contextmanager
    def span(
        self, name: str, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, links: Iterable[str] = ()
    ) -> Iterator[Span]:
        """Run the block as one step of a trace: of `parent`'s (a traceparent), else of the running one, else of a new.

        `links` are the traceparents of other traces that the step serves too, as a batch serves many records.
        """
        remote = _context(parent) if parent else None
        if self._tracer is None:
            with _carrying(parent if parent and remote else _traceparent.get() or _new_traceparent()):
                yield trace.INVALID_SPAN
            return
        above = trace.set_span_in_context(NonRecordingSpan(remote)) if remote else None
        served = [Link(context) for link in dict.fromkeys(links) if (context := _context(link))]
        # What a failure says may be somebody's data: its text stays out of the span.
        with (
            self._tracer.start_as_current_span(
                name, above, kind, links=served, record_exception=False, set_status_on_exception=False
            ) as span,
            _carrying(_written(span.get_span_context())),
        ):
            try:
                yield span
            except Exception as error:
                span.set_status(StatusCode.ERROR, type(error).__qualname__)
                raise

    def close(self) -> None:
        """Hand over what is still waiting; at most some seconds."""
        if self._tracer is not None:
            self._provider.shutdown()


@contextmanager
def _carrying(traceparent: str) -> Iterator[None]:
    token = _traceparent.set(traceparent)
    try:
        yield
    finally:
        _traceparent.reset(token)


def _new_traceparent() -> str:
    drawn = os.urandom(24).hex()
    return f"00-{drawn[:32]}-{drawn[32:]}-01"


def _context(traceparent: str) -> SpanContext | None:
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _written(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
