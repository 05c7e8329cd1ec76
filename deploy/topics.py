"""Makes the topics that `contracts/topics.yaml` promises, one for each consumer of a register, on any Kafka; where
clients show who they are (SASL), it allows each what it is granted, and nothing else.

As a job, `python -m deploy.topics`, on the one of which the services' own settings speak (KOSH_KAFKA_BOOTSTRAP ...).
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from deploy import topic_access
from shared.broker import Broker
from shared.events.grants import grants, promised
from shared.settings import KafkaSettings

RETENTION = {"unlimited": {"retention.ms": "-1", "retention.bytes": "-1"}}

PATIENCE = 30.0  # seconds

_OWN = 1  # DYNAMIC_TOPIC_CONFIG of Kafka's protocol: what was said of this topic, and is no default


def wanted() -> dict[str, dict[str, Any]]:
    """The name of each topic -> what the contract says of it."""
    said = {promise["producer"]: promise for promise in promised().values()}
    return {grant.topic: said[grant.producer] for grant in grants()}


async def ensure(broker: Broker) -> None:
    """Makes the topics that are missing, with the cluster's default number of replicas; of others the retention is
    brought in line with what the contract promises."""
    new = [
        # The empty assignment is aiokafka's way to leave the number of replicas (-1) to the cluster.
        NewTopic(name, topic["partitions"], -1, replica_assignments={}, topic_configs=RETENTION[topic["retention"]])
        for name, topic in wanted().items()
    ]
    admin = AIOKafkaAdminClient(**broker.options())
    await admin.start()
    try:
        answer: Any = await admin.create_topics(new)
        for name, code, message in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)(f"{name}: {message}")
        await _once_known(lambda: _keep_promised(admin))
        if broker.security.startswith("SASL"):
            await topic_access.bring_in_line(admin, topic_access.rules_of(grants()))
    finally:
        await admin.close()


async def _once_known(asked: Callable[[], Awaitable[None]]) -> None:
    """A broker makes a topic before each of its parts knows of it: what is not known yet is asked for again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await asked()
            except UnknownTopicOrPartitionError:
                await asyncio.sleep(0.1)


async def _keep_promised(admin: AIOKafkaAdminClient) -> None:
    """Where somebody has shortened a topic's retention, consumers would lose events that they were promised. Kafka
    takes the settings of a topic whole: those of something else are said again."""
    promises = {name: RETENTION[topic["retention"]] for name, topic in wanted().items()}
    described: Any = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in promises])
    changed = []
    for code, message, _, name, entries in (resource for answer in described for resource in answer.resources):
        if code != 0:
            raise for_code(code)(f"{name}: {message}")
        own = {key: value for key, value, _, source, *_ in entries if source == _OWN}
        if (kept := own | promises[name]) != own:
            changed.append(ConfigResource(ConfigResourceType.TOPIC, name, kept))
    if changed:
        answers: Any = await admin.alter_configs(changed)
        for code, message, _, name in (resource for answer in answers for resource in answer.resources):
            if code != 0:
                raise for_code(code)(f"{name}: {message}")


def main() -> None:
    broker = KafkaSettings(_secrets_dir=os.environ.get("KOSH_SECRETS_DIR")).broker
    if broker is None:
        sys.exit("say which Kafka: KOSH_KAFKA_BOOTSTRAP=host:port")
    asyncio.run(ensure(broker))


if __name__ == "__main__":
    main()
