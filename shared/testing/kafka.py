"""Fixture: a real Apache Kafka for each module of tests marked `kafka`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.jars import missing_tools
from deploy.local.kafka import Node

REQUIRED = os.environ.get("KOSH_REQUIRE_KAFKA") == "1"
LIBS = Path(__file__).resolve().parents[2] / ".run" / "kafka" / "libs"


@contextmanager
def fresh_node(paths: pytest.TempPathFactory) -> Iterator[Node]:
    """A node without topics. Skips without Java and Maven, unless KOSH_REQUIRE_KAFKA=1 makes that a failure."""
    missing = missing_tools()
    if missing and not REQUIRED:
        pytest.skip(f"no real Kafka without {' and '.join(missing)} on this machine")
    node = Node(paths.mktemp("kafka"), LIBS)
    node.start()
    try:
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="module")
def kafka_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of the module's own: topics have fixed names, and what one module publishes is no other's to read."""
    with fresh_node(tmp_path_factory) as node:
        yield node
