"""Following another register: its events are read without end, and copies of the facts that matter are kept.

Position and copies move in one transaction, so a follower that is killed goes on where its effect ended. What cannot
be understood is set aside, counted, and tried again at each start; when it becomes too much, nothing more is taken
until that ends, and decisions wait (copies.expect_current) rather than rest on half the truth. One follower works for
a source; others stand by.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import clock
from shared.db import session
from shared.db.outages import PASSING, REFUSALS, is_refusal, log_outage
from shared.events.envelope import Fact
from shared.events.epochs import Stand
from shared.inbox import table
from shared.inbox.alarm import ErrorRateBreaker
from shared.inbox.copies import Copy, keep
from shared.inbox.reading import NotUnderstood, Version, fact_of, readable, type_of, version_of
from shared.inbox.source import (
    Delivery,
    Event,
    Newest,
    Place,
    Source,
    SourceFailed,
    Unreadable,
    WentBack,
    digest_of,
    event_of,
    expect_continued,
    newest_position,
)
from shared.inbox.sources import make_sources
from shared.inbox.table import Parked
from shared.process import Telemetry
from shared.settings import ServiceSettings

log = logging.getLogger(__name__)

Events = Sequence[Event | Unreadable]

Understood = dict[str, list[tuple[Version, Fact]]]
"""Versions of records by the type of their fact."""

LOCK = 0x666F6C6C  # "foll": first half of an advisory lock's key, the source's name is hashed into the second
LIMIT = 2_000  # events looked at in one transaction
WAIT = 5.0  # seconds that a source may keep us waiting for an event
RETRY = 2.0  # seconds until another try where source or database does not answer

_BE_ALONE = text("SELECT pg_try_advisory_lock(:lock, hashtext(:source))")


async def follow(
    engine: AsyncEngine, settings: ServiceSettings, consumer: str, copies: Sequence[Copy[Any]], monitor: Telemetry
) -> None:
    """Keeps the copies of `consumer` until cancelled; each of their registers is read by itself."""
    types = [copy.fact.TYPE for copy in copies]
    sources = make_sources(settings, consumer, {copy.source for copy in copies}, types)
    watch = FollowMetrics(monitor)
    try:
        async with asyncio.TaskGroup() as tasks:
            for source in sources:
                own = [copy for copy in copies if copy.source == source.name]
                tasks.create_task(Follower(engine, source, own, watch).run())
    finally:
        for source in sources:
            await source.close()


class FollowMetrics:
    """What a follower shows: figures for Prometheus, and one step in the trace of every record that it copies."""

    def __init__(self, monitor: Telemetry) -> None:
        self._tracing, registry = monitor.tracing, monitor.metrics.registry
        self.active = Gauge("kosh_follow_active", "1 where this process follows", ["source"], registry=registry)
        self.went_back = Gauge(
            "kosh_follow_went_back",
            "1 where a source went back behind what was copied",
            ["source"],
            registry=registry,
        )
        self._events = Counter("kosh_follow_events", "Events looked at", ["source"], registry=registry)

    @contextmanager
    def taking(self, source: str, events: Sequence[Event | Unreadable]) -> Iterator[None]:
        """Around the transaction that takes `events`."""
        said = (event.get("traceparent") for event in events if isinstance(event, dict))
        traces = (traceparent for traceparent in said if isinstance(traceparent, str))
        with self._tracing.span(f"copy {source}", kind=SpanKind.CONSUMER, links=traces) as span:
            span.set_attribute("messaging.batch.message_count", len(events))
            yield
        self._events.labels(source).inc(len(events))


class Follower:
    """The follower of one source."""

    def __init__(self, engine: AsyncEngine, source: Source, copies: Sequence[Copy[Any]], watch: FollowMetrics) -> None:
        self._engine, self._source, self._watch = engine, source, watch
        self._copies = {copy.fact.TYPE: copy for copy in copies}
        self._alarm = ErrorRateBreaker()

    async def run(self) -> None:
        """Until cancelled; outages are waited out."""
        name = self._source.name
        while True:
            try:
                async with self._engine.connect() as connection:
                    try:
                        await self._work(connection)
                    finally:
                        await connection.invalidate()  # back in the pool it would keep the lock
            except (SourceFailed, *PASSING) as outage:
                self._watch.active.labels(name).set(0)
                if isinstance(outage, SourceFailed):
                    log.warning("following %s waits: %s", name, outage)
                else:
                    log_outage(log, f"following {name}", outage)
                await asyncio.sleep(RETRY)

    async def _work(self, connection: AsyncConnection) -> None:
        await become_the_only_one(connection, self._source.name)
        self._watch.active.labels(self._source.name).set(1)
        await self._try_parked_again(connection)
        await self._follow(connection)

    async def _follow(self, connection: AsyncConnection) -> None:
        source = self._source
        async with connection.begin():
            positions = await table.positions(connection, source.transport, source.name)
            stand = await table.stand(connection, source.name)
        while True:
            await self._try_parked_again(connection, sent_again=True)
            asked_at, newest = clock.now(), await source.newest()
            await self._expect_continued(connection, stand, newest)
            if newest.is_reached(positions):
                async with connection.begin():
                    await table.confirm(connection, source.name, asked_at)
            delivery = await source.read(positions, LIMIT, WAIT)
            if delivery.epoch != newest.epoch:
                continue  # it lives on differently since it was asked
            if delivery.events or not delivery.positions.items() <= positions.items():
                place = max(stand.position, delivery.reached, newest_position(delivery.events))
                stand = Stand(delivery.epoch, place)
                await self._take(connection, delivery, stand)
                positions |= delivery.positions

    async def _expect_continued(self, connection: AsyncConnection, stand: Stand, newest: Newest) -> None:
        """Raises WentBack where the register does not hold what was copied of it: then nobody decides by the copies."""
        back = self._watch.went_back.labels(self._source.name)
        try:
            expect_continued(self._source.name, stand, newest)
            back.set(0)
        except WentBack:
            back.set(1)
            async with connection.begin():
                await table.doubt(connection, self._source.name)
            raise

    async def _take(self, connection: AsyncConnection, delivery: Delivery, stand: Stand) -> None:
        """Takes what was delivered, in one transaction; the outbox is read up to `stand` then."""
        source, events = self._source, delivery.events
        with self._watch.taking(source.name, events):
            async with connection.begin():
                parked = await take_copies(connection, source.name, self._copies, events, delivery.places)
                if reason := self._alarm.record(len(events), len(parked)):
                    raise SourceFailed(f"{source.name}: {reason}")
                if parked:
                    await table.park(connection, source.transport, source.name, parked)
                await table.advance(connection, source.transport, source.name, delivery.positions)
                await table.reach(connection, source.name, stand)

    async def _try_parked_again(self, connection: AsyncConnection, *, sent_again: bool = False) -> None:
        """This program may understand what the one before it did not; or an operator has mended the cause."""
        last, name = 0, self._source.name
        while held := await self._parked(connection, last, sent_again):
            for each in held:
                event = await self._again(each)
                async with connection.begin():
                    if event is None or await take_copies(connection, name, self._copies, [event], [each.place]):
                        await table.keep_parked(connection, [each.id])
                    else:
                        await table.unpark(connection, [each.id])
            last = held[-1].id

    async def _parked(self, connection: AsyncConnection, after: int, sent_again: bool) -> list[Parked]:
        async with connection.begin():
            return await table.parked(connection, self._source.name, LIMIT, after, sent_again=sent_again)

    async def _again(self, parked: Parked) -> Event | Unreadable | None:
        """What is parked, from where it lies."""
        if parked.event is not None:
            return event_of(parked.event)
        if parked.place is None:
            return None
        (found,) = await self._source.again(parked.transport or "", [parked.place])
        return found

    async def _take_one(
        self, connection: AsyncConnection, event: Event | Unreadable, place: Place | None
    ) -> list[Parked]:
        return await take_copies(connection, self._source.name, self._copies, [event], [place])


async def become_the_only_one(connection: AsyncConnection, source: str) -> None:
    """Waits until nobody else reads the source for this database. The lock ends with the connection, or with its
    lease."""
    await connection.execute(session.HOLD_LEASE, {"lease": session.LEASE})
    await connection.commit()
    while not await connection.scalar(_BE_ALONE, {"lock": LOCK, "source": source}):
        await connection.rollback()
        await asyncio.sleep(RETRY / 2)
    await connection.commit()


async def take_copies(
    connection: AsyncConnection,
    source: str,
    copies: Mapping[str, Copy[Any]],
    events: Events,
    places: Sequence[Place | None] = (),
) -> list[Parked]:
    """Keeps the events together if possible, else all but what alone is refused too. Returns what was not kept."""
    places = places or [None] * len(events)
    understood, parked = _understood(source, copies, events, places)
    try:
        async with connection.begin_nested():
            for kind, versions in understood.items():
                await keep(connection, copies[kind], versions)
    except REFUSALS as refusal:
        if not is_refusal(refusal):
            raise
        log.error("copies of %s are refused", source, exc_info=refusal)
        if len(events) == 1:
            return [_parked(events[0], places[0], f"cannot be kept: {type(refusal).__name__}")]
        middle = len(events) // 2
        return [
            *await take_copies(connection, source, copies, events[:middle], places[:middle]),
            *await take_copies(connection, source, copies, events[middle:], places[middle:]),
        ]
    return parked


def _understood(
    source: str, copies: Mapping[str, Copy[Any]], events: Events, places: Sequence[Place | None]
) -> tuple[Understood, list[Parked]]:
    """What is to be kept, and what could not be understood. Events of other types are none of our business."""
    understood: Understood = {}
    parked: list[Parked] = []
    for each, place in zip(events, places, strict=True):
        try:
            event = readable(each)
            kind = event.get("type")
            if isinstance(kind, str) and kind in copies:
                taken = version_of(event), fact_of(copies[kind].fact, event)
                understood.setdefault(kind, []).append(taken)
        except NotUnderstood as fault:
            parked.append(_parked(each, place, str(fault)))
        except Exception as fault:
            log.error("an event of %s cannot be read", source, exc_info=fault)
            parked.append(_parked(each, place, f"our own failure: {type(fault).__name__}"))
    return understood, parked


def _parked(event: Event | Unreadable, place: Place | None, reason: str) -> Parked:
    return Parked(type_of(event), reason, digest_of(event), place)
