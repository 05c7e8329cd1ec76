"""Consumer lag over the feed: the position that each consumer last asked from, which is what it holds.

A replica tells of the readers that have asked it since it started; the furthest of all replicas is where a consumer is.
"""

from prometheus_client import CollectorRegistry, Gauge


class Readers:
    """How far the consumers of one register's feed have come, as one replica knows it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._positions = Gauge(
            "kosh_feed_asked_position", "Position that a consumer last asked from", ["consumer"], registry=registry
        )

    def asked(self, consumer: str, position: int) -> None:
        """`consumer` (of contracts/topics.yaml) holds everything up to `position`."""
        self._positions.labels(consumer).set(position)
