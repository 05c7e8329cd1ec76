"""The broker behind `make run BROKER=kafka`: promised topics, and a log that outlives kill -9."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy import topics
from deploy.local.kafka import Node
from shared.broker import Broker

pytestmark = pytest.mark.kafka


async def test_what_was_acknowledged_is_read_again_after_the_broker_was_killed(kafka_node: Node) -> None:
    await topics.ensure(Broker(kafka_node.bootstrap))
    async with AIOKafkaProducer(bootstrap_servers=kafka_node.bootstrap, acks="all") as producer:
        await producer.send_and_wait("kosh.portal.v1.accounting", b"kept", key=b"record", partition=0)
    kafka_node.process.kill()
    kafka_node.process.wait()

    kafka_node.start()
    await topics.ensure(Broker(kafka_node.bootstrap))

    async with AIOKafkaConsumer(bootstrap_servers=kafka_node.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("kosh.portal.v1.accounting", 0)])
        record = await consumer.getone()
    assert (record.key, record.value) == (b"record", b"kept")


async def test_every_promised_topic_exists_with_its_partitions(kafka_node: Node) -> None:
    await topics.ensure(Broker(kafka_node.bootstrap))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_node.bootstrap)
    await admin.start()
    found = await admin.describe_topics(list(topics.wanted()))
    await admin.close()
    existing = {topic["topic"]: len(topic["partitions"]) for topic in found}
    assert existing == {name: topic["partitions"] for name, topic in topics.wanted().items()}
