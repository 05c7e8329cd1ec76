"""Makes the topics that `contracts/topics.yaml` promises, on any Kafka.

As a job, `python -m deploy.topics`, on the one of which the services' own settings speak (KOSH_KAFKA_BOOTSTRAP ...).
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.broker import Broker
from shared.settings import KafkaSettings

CONTRACT = Path(__file__).resolve().parents[1] / "contracts" / "topics.yaml"
RETENTION = {"unlimited": {"retention.ms": "-1", "retention.bytes": "-1"}}


def promised() -> dict[str, dict[str, Any]]:
    """Topic -> what the contract says of it."""
    topics: dict[str, dict[str, Any]] = yaml.safe_load(CONTRACT.read_text())
    return topics


async def ensure(broker: Broker) -> None:
    """Makes the topics that are missing, with the cluster's default number of replicas; others stay as they are."""
    wanted = [
        # The empty assignment is aiokafka's way to leave the number of replicas (-1) to the cluster.
        NewTopic(name, topic["partitions"], -1, replica_assignments={}, topic_configs=RETENTION[topic["retention"]])
        for name, topic in promised().items()
    ]
    admin = AIOKafkaAdminClient(**broker.options())
    await admin.start()
    try:
        answer: Any = await admin.create_topics(wanted)
    finally:
        await admin.close()
    for name, code, message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(f"{name}: {message}")


def main() -> None:
    broker = KafkaSettings(_secrets_dir=os.environ.get("KOSH_SECRETS_DIR")).broker
    if broker is None:
        sys.exit("say which Kafka: KOSH_KAFKA_BOOTSTRAP=host:port")
    asyncio.run(ensure(broker))


if __name__ == "__main__":
    main()
