"""The outbox's way to Kafka: in order, in batches, acknowledged by all replicas before the position moves on.

Each consumer has a topic of its own, which holds what it is granted (shared.events.grants), and a position of its own:
a consumer that is added gets everything from the first event on.

One relay works per database, whoever holds the lock; others stand by. A crash between acknowledgement and position
sends the same events again, which consumers by design do not mind (at least once).
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import outbox
from shared.broker import Broker
from shared.db import session
from shared.db.outages import PASSING, log_outage
from shared.events.envelope import CONTENT_TYPE, Event
from shared.events.epochs import HEADER
from shared.events.grants import Grant, grants_of
from shared.process import Telemetry

log = logging.getLogger(__name__)

RELAY_LOCK = 0x72656C61
BATCH = 1_000
IDLE = 0.1  # seconds until the next look at an outbox that holds nothing new; in a silence it looks less often
SLOWER, SLOWEST = 1.5, 1.0
RETRY = 2.0  # seconds until another try where the broker or the database does not answer

_REACHED = text("""
INSERT INTO relayed VALUES (:topic, :position) ON CONFLICT (transport) DO UPDATE SET position = excluded.position
""")


async def run(engine: AsyncEngine, service: str, broker: Broker, monitor: Telemetry) -> None:
    """Relays until cancelled; outages of broker or database are waited out."""
    await Relay(engine, grants_of(service), broker, monitor).run()


class Relay:
    """The relay of one database to the topics of its consumers."""

    def __init__(self, engine: AsyncEngine, grants: Sequence[Grant], broker: Broker, monitor: Telemetry) -> None:
        self._engine, self._broker, self._tracing = engine, broker, monitor.tracing
        self._grants = {grant.topic: grant for grant in grants}
        registry = monitor.metrics.registry
        self._active = Gauge("kosh_relay_active", "1 where this process relays", registry=registry)
        self._published = Counter("kosh_relay_events", "Events that the broker has acknowledged", registry=registry)
        self._outages = Counter("kosh_relay_outages", "Times that broker or database did not answer", registry=registry)

    async def run(self) -> None:
        while True:
            try:
                async with AsyncExitStack() as stack:
                    connection = await stack.enter_async_context(self._engine.connect())
                    stack.push_async_callback(connection.invalidate)  # back in the pool it would keep lock and lease
                    await _become_the_only_one(connection)
                    written = None if self._broker.compression == "none" else self._broker.compression
                    producer = AIOKafkaProducer(
                        **self._broker.options(), enable_idempotence=True, compression_type=written
                    )
                    stack.push_async_callback(producer.stop)  # also of one that did not come to start
                    await producer.start()
                    self._active.set(1)
                    await self._relay(connection, producer)
            except (KafkaError, *PASSING) as outage:
                self._active.set(0)
                self._outages.inc()
                if isinstance(outage, KafkaError):
                    log.warning("relay waits for the broker: %s", type(outage).__name__)
                else:
                    log_outage(log, "relay", outage)
                await asyncio.sleep(RETRY)

    async def _relay(self, connection: AsyncConnection, producer: AIOKafkaProducer) -> None:
        reached = await outbox.relayed(connection, list(self._grants))
        pause = IDLE
        while True:
            newest = await outbox.newest(connection)
            await connection.commit()
            waiting = [topic for topic in self._grants if reached[topic] < newest]
            if not waiting:
                await asyncio.sleep(pause)
                pause = min(pause * SLOWER, SLOWEST)
                continue
            pause = IDLE
            for topic in waiting:
                reached[topic] = await self._relay_batch(connection, producer, topic, reached[topic])

    async def _relay_batch(
        self, connection: AsyncConnection, producer: AIOKafkaProducer, topic: str, after: int
    ) -> int:
        """Publishes what the consumer is granted of the next events; the position that is reached."""
        grant = self._grants[topic]
        found, reached = await outbox.look_through(connection, after, BATCH, list(grant.facts))
        epoch = (await outbox.epochs(connection))[-1].id
        await connection.commit()
        views = ((position, grant.view(event)) for position, event in found)
        told = [(position, event) for position, event in views if event]
        if told:
            await self._publish(producer, topic, told, epoch)
        await connection.execute(_REACHED, {"topic": topic, "position": reached})
        await connection.commit()
        self._published.inc(len(told))
        return reached

    async def _publish(
        self, producer: AIOKafkaProducer, topic: str, found: Sequence[tuple[int, Event]], epoch: str
    ) -> None:
        """Structured mode of the CloudEvents Kafka binding; the key keeps one record's versions in order. The record's
        Kafka timestamp is that of publishing, never the event's: retention would apply to it."""
        headers = [("content-type", CONTENT_TYPE.encode()), (HEADER, epoch.encode())]
        traces = (event.traceparent for _, event in found if event.traceparent)
        with self._tracing.span(f"publish {topic}", kind=SpanKind.PRODUCER, links=traces) as span:
            span.set_attribute("messaging.batch.message_count", len(found))
            sent = [
                await producer.send(topic, event.as_json(position=place), key=event.subject.encode(), headers=headers)
                for place, event in found
            ]
            await asyncio.gather(*sent)


async def _become_the_only_one(connection: AsyncConnection) -> None:
    await connection.execute(session.HOLD_LEASE, {"lease": session.LEASE})
    await connection.commit()
    while not await connection.scalar(text(f"SELECT pg_try_advisory_lock({RELAY_LOCK})")):
        await connection.rollback()
        await asyncio.sleep(RETRY)
    await connection.commit()
