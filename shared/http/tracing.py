"""One trace from the HTTP request through the outbox to the cube (W3C Trace Context).

Every request has a trace id, whether anything is exported or not: it stands in the log, in a problem and, through
`current_traceparent`, in the outbox row. Spans are recorded only where an exporter is configured. A span holds the
route's template, never the address: addresses may name persons.
"""

from contextvars import ContextVar

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The traceparent of the running request or consumed event, for what it causes; None outside of both."""
    return _traceparent.get()


def current_trace_id() -> str | None:
    """The trace id alone: 32 hexadecimal digits."""
    traceparent = _traceparent.get()
    return traceparent[3:35] if traceparent else None
