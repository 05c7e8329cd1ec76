"""One record is followed from the HTTP request that brought it to the transaction that counted it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy import topics
from deploy.local.kafka import Node
from deploy.local.postgres import Database
from services.accounting.intake import run as intake
from services.accounting.rules.persons.identity import Hashes
from services.portal.app import make_app
from shared.broker import Broker
from shared.inbox.feed import FeedSource
from shared.inbox.kafka import KafkaSource
from shared.inbox.source import Source
from shared.outbox import relay
from shared.process import Telemetry
from shared.telemetry.tracing import Tracing
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase

TRACES = ["4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"]


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


@pytest.fixture
async def accounting(fresh_database: FreshDatabase) -> Database:
    return await fresh_database("accounting")


async def record(portal: Api, trace: str) -> None:
    """A crossing, brought by a request that is part of `trace`."""
    headers = portal.token("border") | {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=headers)
    assert answer.status_code == 201


def feed_of(portal: Api) -> FeedSource:
    class Signed(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers.update(portal.consumer("accounting"))
            yield request

    return FeedSource("portal", "http://portal.test", Signed(), httpx.ASGITransport(portal.app))


@asynccontextmanager
async def watched(name: str, work: Callable[[Telemetry], Awaitable[None]]) -> AsyncIterator[list[ReadableSpan]]:
    """A process until the block ends; afterwards the list holds its spans."""
    exporter, spans = InMemorySpanExporter(), list[ReadableSpan]()
    monitor = Telemetry(name, Tracing(name, exporter))
    task = asyncio.ensure_future(work(monitor))
    try:
        yield spans
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await asyncio.to_thread(monitor.tracing.close)
        spans += exporter.get_finished_spans()


def counting(accounting: Database, source: Source) -> Callable[[Telemetry], Awaitable[None]]:
    address = accounting.intake_url.replace("+asyncpg", "")
    return lambda monitor: intake.run(address, [source], Hashes(b"a secret of the tests alone"), monitor)


async def counted(accounting: Database, events: int) -> None:
    """Waits until so many events were taken in."""
    connection = await asyncpg.connect(accounting.intake_url.replace("+asyncpg", ""))
    try:
        async with asyncio.timeout(30):
            while True:
                if await connection.fetchval("SELECT coalesce(sum(seen), 0) >= $1 FROM source_state", events):
                    return
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


def linked(spans: Sequence[ReadableSpan], name: str) -> set[str]:
    """The trace ids that spans of that name serve."""
    found = [link.context.trace_id for span in spans if span.name == name for link in span.links]
    return {f"{trace_id:032x}" for trace_id in found}


async def test_the_feed_carries_every_trace_to_the_batch_that_counts_it(portal: Api, accounting: Database) -> None:
    for trace in TRACES:
        await record(portal, trace)
    source = feed_of(portal)
    async with watched("accounting-intake", counting(accounting, source)) as spans:
        await counted(accounting, len(TRACES))
    await source.close()
    assert linked(spans, "count portal") == set(TRACES)


@pytest.mark.kafka
async def test_kafka_carries_every_trace_through_relay_and_batch(
    portal: Api, accounting: Database, kafka_node: Node
) -> None:
    broker = Broker(kafka_node.bootstrap)
    await topics.ensure(broker)
    for trace in TRACES:
        await record(portal, trace)
    source = KafkaSource(feed_of(portal), broker, "accounting")

    def relaying(monitor: Telemetry) -> Awaitable[None]:
        return relay.run(portal.engine, "portal", broker, monitor)

    async with (
        watched("portal-relay", relaying) as published,
        watched("accounting-intake", counting(accounting, source)) as spans,
    ):
        await counted(accounting, len(TRACES))
    await source.close()
    assert set(TRACES) <= linked(published, "publish kosh.portal.v1.accounting")
    assert set(TRACES) <= linked(spans, "count portal")
