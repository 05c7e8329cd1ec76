"""Figures for Prometheus: requests by route template, and whatever a service adds. No label ever names a person."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds

Reading = Callable[[], Awaitable[float | Mapping[str, float]]]
"""The present value of a gauge: one number, or one for each value of its label."""


class Metrics:
    """One process's figures. `registry` is open for a service's own counters."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        Gauge("kosh_service", "Which service this is", ["service"], registry=self.registry).labels(service).set(1)
        names = ["method", "route"]
        self._seconds = Histogram(
            "kosh_http_request_seconds", "Time to answer", names, registry=self.registry, buckets=BUCKETS
        )
        self._answers = Counter("kosh_http_answers", "Answers", [*names, "status"], registry=self.registry)
        self._line_failures = Counter(
            "kosh_batch_line_failures", "Lines of batches at which we failed", ["kind"], registry=self.registry
        )
        self._known: dict[tuple[str, str, int], tuple[Histogram, Counter]] = {}
        self._readings: list[tuple[Gauge, Reading]] = []

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. Children are kept at hand: looking them up costs more than counting."""
        key = (method, route, status)
        known = self._known.get(key)
        if known is None:
            known = self._seconds.labels(method, route), self._answers.labels(method, route, str(status))
            self._known[key] = known
        known[0].observe(seconds)
        known[1].inc()

    def line_failed(self, kind: str) -> None:
        """Count one line of a batch of that kind of record at which we failed."""
        self._line_failures.labels(kind).inc()

    def watch(self, name: str, meaning: str, reading: Reading, label: str | None = None) -> None:
        """A gauge that is read at each scrape, such as the outbox's position or a table's backlog."""
        self._readings.append((Gauge(name, meaning, [label] if label else [], registry=self.registry), reading))

    async def exposition(self) -> bytes:
        """All figures in Prometheus' text format. A reading that fails shows NaN: an old figure would be a lie."""
        for gauge, reading in self._readings:
            try:
                _show(gauge, await reading())
            except Exception as error:  # a scrape must show what can be had, above all in an outage
                log.warning("a figure cannot be read", exc_info=error)
                _show(gauge, float("nan"))
        return generate_latest(self.registry)


def _show(gauge: Gauge, value: float | Mapping[str, float]) -> None:
    if isinstance(value, Mapping):
        for of, number in value.items():
            gauge.labels(of).set(number)
    elif gauge._labelnames:
        gauge.clear()
    else:
        gauge.set(value)
