"""Over a real Kafka the intake does what it does over the feed: nothing twice, nothing lost, poison set aside."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiokafka.producer.producer
import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from deploy import topics
from deploy.local.kafka import Node
from shared.broker import Broker
from shared.events.epochs import HEADER
from shared.inbox import alarm
from shared.inbox.kafka import KafkaSource
from tests.accounting.conftest import Accounting
from tests.accounting.test_adopt import FIRST, WENT_BACK, Lives, adopted
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import KILL, Register, running, until
from tests.accounting.world import World

pytestmark = pytest.mark.kafka

TOPIC, PARTITIONS = "kosh.portal.v1.accounting", 4
SKIP = """INSERT INTO source_position (transport, source, part, position)
SELECT 'topic', 'portal', * FROM unnest($1::int[], $2::bigint[])
ON CONFLICT (transport, source, part) DO UPDATE SET position = excluded.position"""
READ_TO_THE_END = "(SELECT sum(position) FROM source_position WHERE transport = 'topic') = $1"


class Misnamed(str):
    """A header's name that is no UTF-8."""

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


async def publish_poison(node: Node, monkeypatch: pytest.MonkeyPatch) -> int:
    """Records that nobody agreed to send, in one batch, to every partition; how many."""
    with monkeypatch.context() as patch:  # the one builder that lets a header have such a name
        for module in (message_accumulator, aiokafka.producer.producer):
            patch.setattr(module, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
        values = [None, b"", b"\xff", b"{}", b"[" * 5_000, b'{"type": "\\ud800"}', b'{"position": 9223372036854775808}']
        named = [("content-type", b"\xff"), ("content-type", None), ("", b"")]
        async with AIOKafkaProducer(bootstrap_servers=node.bootstrap, enable_idempotence=True) as producer:
            for part in range(PARTITIONS):
                await producer.send_and_wait(TOPIC, b"{}", partition=part, headers=[(Misnamed("x"), b"")])
                sent = [await producer.send(TOPIC, each, b"\xff\0", part, headers=named) for each in values]
                await asyncio.gather(*sent)
    return PARTITIONS * (1 + len(values))


async def publish(node: Node, events: Sequence[Any], epoch: str | None = None) -> None:
    """As the relay does: keyed by record, in order, raw bytes where an event is none."""
    headers = [(HEADER, epoch.encode())] if epoch else []
    async with AIOKafkaProducer(bootstrap_servers=node.bootstrap, enable_idempotence=True) as producer:
        for event in events:
            raw = event if isinstance(event, bytes) else orjson.dumps(event)
            key = None if isinstance(event, bytes) else event["subject"].encode()
            await producer.send(TOPIC, raw, key=key, headers=headers)


async def test_kafka_is_read_to_its_end_through_kills_and_poison(
    accounting: Accounting, kafka_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, "FEW", 100)
    broker = Broker(kafka_node.bootstrap)
    await topics.ensure(broker)
    world = World(51, people=30)
    events = world.stream()
    await publish(kafka_node, events[:100])
    poison = await publish_poison(kafka_node, monkeypatch)
    await publish(kafka_node, events[100:200])
    register = Register(events)

    def source() -> KafkaSource:
        return KafkaSource(register.source(), broker, "accounting")

    first, second = source(), source()
    async with running(accounting, first):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE seen >= 180)")
        await accounting.connection.execute(KILL)
        await publish(kafka_node, events[200:])
        await asyncio.sleep(0.2)
    await first.close()
    async with running(accounting, second):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE seen = $1)", len(events) + poison)
        newest = await second.newest()
        stored = await accounting.connection.fetch("SELECT part, position FROM source_position")
        positions = {row["part"]: row["position"] for row in stored}
        assert newest.position == len(events)
        assert {part: end for part, end in newest.ends.items() if end} == positions
        assert len(positions) > 1
        await accounting.connection.execute("UPDATE parked_event SET resend = true")
        await until(accounting, "NOT EXISTS (SELECT FROM parked_event WHERE resend)")
    await second.close()
    parked = await accounting.connection.fetch("SELECT part, position, reason FROM parked_event")
    assert len({(row["part"], row["position"]) for row in parked}) == len(parked) == poison
    assert {row["reason"] for row in parked} == {
        "cannot be decoded", "not a CloudEvent in JSON", "no subject", "position is not a positive integer of 63 bits"
    }  # fmt: skip
    await hold_true(accounting, world)


async def test_what_a_topic_holds_beyond_a_restored_register_is_never_counted(
    accounting: Accounting, kafka_node: Node
) -> None:
    """Not by who had read some of it before the register was set back, nor by who reads the topic from its start."""
    broker = Broker(kafka_node.bootstrap)
    await topics.ensure(broker)
    lives = Lives.of(62)
    register = Register(lives.events(lives.lost))
    register.epochs = [FIRST]

    def source() -> KafkaSource:
        return KafkaSource(register.source(), broker, "accounting")

    begun = await (zeroth := source()).newest()
    await zeroth.close()
    await accounting.connection.execute(SKIP, list(begun.ends), list(begun.ends.values()))  # what other tests published
    read, unread = register.events[: lives.at_backup + 20], register.events[lives.at_backup + 20 :]
    await publish(kafka_node, read, FIRST.id)
    async with running(accounting, first := source()):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE position = $1)", len(read))
    await first.close()
    await publish(kafka_node, unread, FIRST.id)
    lives.restore(register)
    await publish(kafka_node, register.events[lives.at_backup :], register.epochs[-1].id)
    async with running(accounting, second := source()):
        await until(accounting, WENT_BACK)
        await adopted(accounting, register)
        await until(accounting, READ_TO_THE_END, sum((await second.newest()).ends.values()))
    await second.close()
    await hold_true(accounting, lives.restored)

    await accounting.connection.execute(SKIP, list(begun.ends), list(begun.ends.values()))
    async with running(accounting, third := source()):
        await until(accounting, READ_TO_THE_END, sum((await third.newest()).ends.values()))
    await third.close()
    await hold_true(accounting, lives.restored)
