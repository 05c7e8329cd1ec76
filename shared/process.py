"""A process without an API, such as a relay: it runs until it is told to stop, and shows figures, traces and logs."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvloop
from prometheus_client import start_http_server

from shared.settings import ServiceSettings
from shared.telemetry.logs import configure
from shared.telemetry.metrics import Metrics
from shared.telemetry.tracing import Tracing


class Telemetry:
    """What a process shows of itself. Without `tracing` it only carries trace ids on."""

    def __init__(self, name: str, tracing: Tracing | None = None) -> None:
        self.metrics = Metrics(name)
        self.tracing = tracing or Tracing(name)


def tune_gc() -> None:
    """Call it once everything is loaded, where batches of tens of thousands of objects come and die together: looking
    for cycles among them costs a third of the time. What is loaded by now stays, so it need not be looked at either."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def run(name: str, settings: ServiceSettings, work: Callable[[Telemetry], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` until SIGTERM or SIGINT, which cancel it; its figures are at KOSH_METRICS_PORT, if that is set."""
    configure(name, settings.log_level)
    monitor = Telemetry(name, Tracing.to(settings.otlp_endpoint, name))
    with exposed(monitor.metrics, settings.host, settings.metrics_port):
        try:
            uvloop.run(_until_told(work(monitor)))
        finally:
            monitor.tracing.close()


@contextmanager
def exposed(metrics: Metrics, host: str, port: int | None) -> Iterator[int | None]:
    """Serves the figures to Prometheus at `port` while the block runs, from a thread of its own; 0 takes any free one.
    Gives the port, None if nothing is served."""
    if port is None:
        yield None
        return
    server, thread = start_http_server(port, host, metrics.registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    running = asyncio.ensure_future(work)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, running.cancel)
    with suppress(asyncio.CancelledError):
        await running
