"""What the intake shows of its work: figures for Prometheus, and the traces of the records that it counts."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge, Histogram

from services.accounting.cases.batch import EventBatch
from shared.process import Telemetry

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


class IntakeMetrics:
    """Counts and traces the batches of one process."""

    def __init__(self, monitor: Telemetry) -> None:
        self._tracing, registry = monitor.tracing, monitor.metrics.registry
        self.active = Gauge("kosh_intake_active", "1 where this process writes", registry=registry)
        self._events = Counter("kosh_intake_events", "Events taken in", ["register"], registry=registry)
        self._parked = Counter("kosh_intake_parked", "Events set aside", ["register"], registry=registry)
        self._seconds = Histogram(
            "kosh_intake_batch_seconds", "Time to take a batch", registry=registry, buckets=BUCKETS
        )

    @contextmanager
    def taking(self, batch: EventBatch) -> Iterator[None]:
        """Around the transaction that takes `batch`: one step in the trace of every record that is in it."""
        with self._tracing.span(f"count {batch.source}", kind=SpanKind.CONSUMER, links=batch.traces) as span:
            span.set_attribute("messaging.batch.message_count", batch.seen)
            with self._seconds.time():
                yield
        self._events.labels(batch.source).inc(batch.seen)
        self._parked.labels(batch.source).inc(len(batch.parked))
