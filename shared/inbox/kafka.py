"""A register's Kafka topic. There is no consumer group: one process reads all partitions, and offsets are kept by us,
in the transaction of their effect."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from shared.broker import Broker
from shared.events.epochs import HEADER, end_of
from shared.events.grants import topic_of
from shared.inbox.feed import Ends, FeedSource
from shared.inbox.source import (
    LARGEST,
    Delivery,
    Event,
    Newest,
    Place,
    Positions,
    SourceFailed,
    Unreadable,
    event_of,
)

PATIENCE = 10.0  # seconds until the broker must have answered
SHORTLY = 500  # milliseconds for a record that is there
UNDECODABLE = Unreadable(None)
"""A record that the client library refuses, such as one whose headers' names are no UTF-8. What follows it in the batch
of its producer is not had either; nobody else's records are in that."""


class KafkaSource:
    """The topic of a register for `consumer`, `kosh.<register>.v1.<consumer>`; where the register's outbox ends, and
    how far the topic is behind it, is asked of its `feed`. Records of which the outbox knows nothing any more, since
    the register was restored to a moment before them, are passed over: others stand at their positions now."""

    transport = "topic"  # "kafka" was the one topic for all consumers: its offsets are not ours

    def __init__(self, feed: FeedSource, broker: Broker, consumer: str) -> None:
        self.name, self._feed, self._broker = feed.name, feed, broker
        self._topic = topic_of(feed.name, consumer)
        self._consumer: AIOKafkaConsumer | None = None
        self._at: dict[int, int] = {}
        self._starting = asyncio.Lock()
        self._known: Ends | None = None

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
        told = [_told(part.partition, record) for part, records in found.items() for record in records]
        try:
            known = await self._knowing({each.epoch for each in told if each.epoch})
        except BaseException:
            await self._give_up()  # the consumer stands behind what it gave us
            raise
        self._at |= reached
        return _delivery(known, told, reached, 0 if told else await self._all_of_it())

    async def _knowing(self, epochs: set[str]) -> Ends:
        """What the register tells of its outbox, asked anew where it does not know one of `epochs` yet."""
        if self._known is None or not epochs <= {epoch.id for epoch in self._known.epochs}:
            self._known = await self._feed.ends()
        return self._known

    async def _past_undecodable(self, after: Positions, limit: int) -> Delivery:
        """Record by record up to the first that the library refuses, and over it. Raises SourceFailed."""
        told: list[_Told] = []
        at = dict(after)
        try:
            consumer = await self._started()
            self._go_to(consumer, after)
            await self._read_singly(consumer, limit, told, at)
        except (KafkaError, OSError) as failure:
            raise SourceFailed(f"{self.name}: the broker cannot be read ({type(failure).__name__})") from failure
        finally:
            await self._give_up()
        return _delivery(await self._knowing({each.epoch for each in told if each.epoch}), told, at, 0)

    async def _read_singly(
        self, consumer: AIOKafkaConsumer, limit: int, told: "list[_Told]", at: dict[int, int]
    ) -> None:
        for part in sorted(consumer.assignment()):
            while len(told) < limit and (records := await _one(consumer, part)) != []:
                if records is None:
                    place = Place(part.partition, at.get(part.partition, 0))
                    told.append(_Told(None, UNDECODABLE, place))
                else:
                    told.append(_told(part.partition, records[0]))
                at[part.partition] = told[-1].place.position + 1
                if records is None:
                    return

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
        ends_of_outbox = self._known = await self._feed.ends()
        try:
            consumer = await self._started()
            async with asyncio.timeout(PATIENCE):
                ends = await consumer.end_offsets(sorted(consumer.assignment()))
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up()
            raise SourceFailed(f"{self.name}: the broker does not answer ({type(failure).__name__})") from failure
        behind = max(ends_of_outbox.position - ends_of_outbox.relayed, 0)
        parts = {part.partition: end for part, end in ends.items()}
        return Newest(ends_of_outbox.position, parts, behind, ends_of_outbox.epochs)

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


class _Told(NamedTuple):
    """What a record holds, in which epoch it was published (None: by a relay that knew of none), and where it lies."""

    epoch: str | None
    event: Event | Unreadable
    place: Place


def _told(part: int, record: Any) -> _Told:
    epoch = next((value.decode(errors="replace") for name, value in record.headers if name == HEADER and value), None)
    return _Told(epoch, event_of(record.value or b""), Place(part, record.offset))


def _delivery(outbox: Ends, told: Sequence[_Told], positions: Positions, reached: int) -> Delivery:
    held = [each for each in told if _is_held(outbox, each.epoch, each.event)]
    places = [each.place for each in held]
    return Delivery([each.event for each in held], positions, reached, places, outbox.epoch)


def _is_held(outbox: Ends, epoch: str | None, event: Event | Unreadable) -> bool:
    """Whether the outbox holds the event that was published in `epoch`. What is no event is for others to judge, and so
    is a position in the present epoch: it may be newer than what we know."""
    place = event.get("position") if isinstance(event, dict) else None
    if not outbox.epochs or type(place) is not int or epoch == outbox.epoch:
        return True
    end = end_of(outbox.epochs, LARGEST, epoch)
    return end is not None and place <= end
