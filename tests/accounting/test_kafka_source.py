"""Over a real Kafka the intake does what it does over the feed: nothing twice, nothing lost, poison set aside."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from deploy import topics
from deploy.local.kafka import Node
from shared.broker import Broker
from shared.inbox.kafka import KafkaSource
from tests.accounting.conftest import Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import KILL, Register, running, until
from tests.accounting.world import World

pytestmark = pytest.mark.kafka


async def publish(node: Node, events: Sequence[Any]) -> None:
    """As the relay does: keyed by record, in order, raw bytes where an event is none."""
    async with AIOKafkaProducer(bootstrap_servers=node.bootstrap, enable_idempotence=True) as producer:
        for event in events:
            raw = event if isinstance(event, bytes) else orjson.dumps(event)
            key = None if isinstance(event, bytes) else event["subject"].encode()
            await producer.send("kosh.portal.v1.accounting", raw, key=key)


async def test_kafka_is_read_to_its_end_through_kills_and_poison(accounting: Accounting, kafka_node: Node) -> None:
    broker = Broker(kafka_node.bootstrap)
    await topics.ensure(broker)
    world = World(51, people=30)
    events = world.stream()
    await publish(kafka_node, [*events[:100], b"not an event", *events[100:200]])
    register = Register(events)

    def source() -> KafkaSource:
        return KafkaSource(register.source(), broker, "accounting")

    first, second = source(), source()
    async with running(accounting, first):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE seen >= 150)")
        await accounting.connection.execute(KILL)
        await publish(kafka_node, events[200:])
        await asyncio.sleep(0.2)
    await first.close()
    async with running(accounting, second):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE seen = $1)", len(events) + 1)
        newest = await second.newest()
        stored = await accounting.connection.fetch("SELECT part, position FROM source_position")
        positions = {row["part"]: row["position"] for row in stored}
        assert newest.position == len(events)
        assert {part: end for part, end in newest.ends.items() if end} == positions
        assert len(positions) > 1
    await second.close()
    assert await accounting.connection.fetchval("SELECT array_agg(reason) FROM parked_event") == [
        "not a CloudEvent in JSON"
    ]
    await hold_true(accounting, world)
