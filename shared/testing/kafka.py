"""Fixture: one real Apache Kafka per test session, for tests marked `kafka`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.kafka import Node, missing_tools

REQUIRED = os.environ.get("KOSH_REQUIRE_KAFKA") == "1"
LIBS = Path(__file__).resolve().parents[2] / ".run" / "kafka" / "libs"


@pytest.fixture(scope="session")
def kafka_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node without topics. Skips without Java and Maven, unless KOSH_REQUIRE_KAFKA=1 makes that a failure."""
    missing = missing_tools()
    if missing and not REQUIRED:
        pytest.skip(f"no real Kafka without {' and '.join(missing)} on this machine")
    node = Node(tmp_path_factory.mktemp("kafka"), LIBS)
    node.start()
    yield node
    node.stop()
