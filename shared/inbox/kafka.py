"""A register's Kafka topic. There is no consumer group: one process reads all partitions, and offsets are kept by us,
in the transaction of their effect."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from shared.broker import Broker
from shared.events.grants import topic_of
from shared.inbox.feed import FeedSource
from shared.inbox.source import Delivery, Event, Newest, Place, Positions, SourceFailed, Unreadable, event_of

PATIENCE = 10.0  # seconds until the broker must have answered
SHORTLY = 500  # milliseconds for a record that is there
UNDECODABLE = Unreadable(None)
"""A record that the client library refuses, such as one whose headers' names are no UTF-8. What follows it in the batch
of its producer is not had either; nobody else's records are in that."""


class KafkaSource:
    """The topic of a register for `consumer`, `kosh.<register>.v1.<consumer>`; where the register's outbox ends, and
    how far the topic is behind it, is asked of its `feed`."""

    transport = "topic"  # "kafka" was the one topic for all consumers: its offsets are not ours

    def __init__(self, feed: FeedSource, broker: Broker, consumer: str) -> None:
        self.name, self._feed, self._broker = feed.name, feed, broker
        self._topic = topic_of(feed.name, consumer)
        self._consumer: AIOKafkaConsumer | None = None
        self._at: dict[int, int] = {}
        self._starting = asyncio.Lock()

    async def read(self, after: Positions, limit: int, wait: float) -> Delivery:
        """Positions are the offsets of the next records."""
        try:
            consumer = await self._started()
            self._go_to(consumer, after)
            found: Mapping[TopicPartition, list[Any]] = await consumer.getmany(
                timeout_ms=int(wait * 1000), max_records=limit
            )
        except (KafkaError, OSError) as failure:
            await self._give_up()
            raise SourceFailed(f"{self.name}: the broker cannot be read ({type(failure).__name__})") from failure
        except ValueError:
            await self._give_up()  # it has lost the records before the one that it refuses
            return await self._past_undecodable(after, limit)
        reached = {part.partition: records[-1].offset + 1 for part, records in found.items() if records}
        self._at |= reached
        events = [event_of(record.value or b"") for records in found.values() for record in records]
        places = [Place(part.partition, record.offset) for part, records in found.items() for record in records]
        return Delivery(events, reached, 0 if events else await self._all_of_it(), places)

    async def _past_undecodable(self, after: Positions, limit: int) -> Delivery:
        """Record by record up to the first that the library refuses, and over it. Raises SourceFailed."""
        events: list[Event | Unreadable] = []
        places: list[Place] = []
        at = dict(after)
        try:
            consumer = await self._started()
            self._go_to(consumer, after)
            for part in sorted(consumer.assignment()):
                while len(events) < limit and (records := await _one(consumer, part)) != []:
                    offset = records[0].offset if records else at.get(part.partition, 0)
                    events.append(event_of(records[0].value or b"") if records else UNDECODABLE)
                    places.append(Place(part.partition, offset))
                    at[part.partition] = offset + 1
                    if records is None:
                        return Delivery(events, at, 0, places)
            return Delivery(events, at, 0, places)
        except (KafkaError, OSError) as failure:
            raise SourceFailed(f"{self.name}: the broker cannot be read ({type(failure).__name__})") from failure
        finally:
            await self._give_up()

    async def again(self, transport: str, places: Sequence[Place]) -> list[Event | Unreadable | None]:
        """By a consumer of its own: the one that reads on stays where it is."""
        if transport != self.transport:
            return await self._feed.again(transport, places)
        consumer = AIOKafkaConsumer(**self._broker.options(), enable_auto_commit=False, auto_offset_reset="none")
        try:
            await consumer.start()
            return [await self._lying_at(consumer, place) for place in places]
        except (KafkaError, OSError) as failure:
            raise SourceFailed(f"{self.name}: the broker cannot be read ({type(failure).__name__})") from failure
        finally:
            await consumer.stop()

    async def _lying_at(self, consumer: AIOKafkaConsumer, place: Place) -> Event | Unreadable | None:
        part = TopicPartition(self._topic, place.part)
        consumer.assign([part])
        consumer.seek(part, place.position)
        try:
            records = await _one(consumer, part)
        except OffsetOutOfRangeError:
            return None
        if records is None:
            return UNDECODABLE
        return event_of(records[0].value or b"") if records and records[0].offset == place.position else None

    async def _all_of_it(self) -> int:
        """The position that is reached where nothing is left in the topic, else 0."""
        newest = await self.newest()
        return newest.position if newest.is_reached(self._at) else 0

    async def newest(self) -> Newest:
        """The end of the outbox is asked first: what it holds then is below the ends of a topic that is not behind."""
        position, relayed = await self._feed.ends()
        try:
            consumer = await self._started()
            async with asyncio.timeout(PATIENCE):
                ends = await consumer.end_offsets(sorted(consumer.assignment()))
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up()
            raise SourceFailed(f"{self.name}: the broker does not answer ({type(failure).__name__})") from failure
        return Newest(position, {part.partition: end for part, end in ends.items()}, max(position - relayed, 0))

    async def close(self) -> None:
        await self._give_up()
        await self._feed.close()

    async def _started(self) -> AIOKafkaConsumer:
        """The consumer, connected. Without a group it is assigned every partition; when partitions are added it is
        assigned anew and knows no position any longer, so that reading fails and begins again where we stand."""
        async with self._starting:
            if self._consumer is None:
                consumer = AIOKafkaConsumer(
                    self._topic, **self._broker.options(), group_id=None, enable_auto_commit=False,
                    auto_offset_reset="none", fetch_max_wait_ms=200, max_partition_fetch_bytes=4_194_304,
                )  # fmt: skip
                try:
                    async with asyncio.timeout(PATIENCE):
                        await consumer.start()
                except BaseException:
                    await consumer.stop()
                    raise
                self._consumer, self._at = consumer, {}
            return self._consumer

    def _go_to(self, consumer: AIOKafkaConsumer, after: Positions) -> None:
        """Moves to the positions, unless the consumer stands there: seeking would throw away what was fetched ahead."""
        for part in consumer.assignment():
            wanted = after.get(part.partition, 0)
            if self._at.get(part.partition) != wanted:
                consumer.seek(part, wanted)
                self._at[part.partition] = wanted

    async def _give_up(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()


async def _one(consumer: AIOKafkaConsumer, part: TopicPartition) -> list[Any] | None:
    """The next record of the partition, none where nothing comes shortly, None for one that the library refuses."""
    try:
        found = await consumer.getmany(part, timeout_ms=SHORTLY, max_records=1)
    except ValueError:
        return None
    return found.get(part, [])
