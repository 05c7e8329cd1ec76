"""The intake process: reads all sources at once, and hands their batches to the one writer, one after the other.

The next batch is fetched and decoded, piece by piece, while the database works on the last one. An outage of the
database or a lost lock ends everything that is under way; positions are stored with the effect, so it begins again
where the effect ended.
"""

import asyncio
import logging
from collections.abc import Sequence

from services.accounting.cases.batch import EventBatch
from services.accounting.cases.releases.controlled import Control
from services.accounting.cases.writer import Writer, acquire_writer
from services.accounting.intake.beside import Decoder
from services.accounting.intake.decode import decode_in_turns
from services.accounting.intake.estimates import ESTIMATES
from services.accounting.intake.monthly import release_monthly
from services.accounting.intake.reports import reports_into
from services.accounting.intake.resent import read_again
from services.accounting.intake.single import ingest
from services.accounting.intake.watch import IntakeMetrics
from services.accounting.rules.persons.identity import Hashes
from services.accounting.rules.rows import CONSUMER
from services.accounting.settings import AccountingSettings, dsn
from shared.audit import anchors
from shared.db.engine import make_engine
from shared.db.outages import PASSING, may_pass, name_of
from shared.events.epochs import Stand
from shared.inbox.alarm import ErrorRateBreaker
from shared.inbox.source import Delivery, Newest, Source, SourceFailed, WentBack, expect_continued
from shared.inbox.sources import make_sources
from shared.process import Telemetry, tune_gc
from shared.timer import run_scheduler

log = logging.getLogger(__name__)

LIMIT = 5_000  # events in a batch at most
BACKLOG = 1_000  # of them from which on they are decoded beside ...
PARSED_BELOW = 2**20  # ... bytes of a feed's answer, else it is parsed there, too
WAIT = 20.0  # seconds that a source may keep us waiting for an event
AGAIN = 200  # parked events that are read again at a time
PATIENCE = 20.0  # seconds for that
HOUSEKEEPING = 1.0  # seconds between looks at what operators asked for
RETRY = 2.0  # seconds until another try where a source or the database does not answer


async def read(settings: AccountingSettings, monitor: Telemetry) -> None:
    """Reads the sources that the settings name, and seals the access log by the clock, until cancelled."""
    tune_gc()
    engine = make_engine(settings.intake_url, connections=3, application="kosh-accounting-jobs", background=True)
    sources = make_sources(settings, CONSUMER, parse_below=PARSED_BELOW)
    try:
        hashes = Hashes(settings.identity_secret.get_secret_value().encode())
        async with asyncio.TaskGroup() as tasks:
            if settings.monthly_releases:
                tasks.create_task(release_monthly(dsn(settings.intake_url), Control(settings.record_secret)))
            tasks.create_task(run(dsn(settings.intake_url), sources, hashes, monitor))
            reports = reports_into(settings.reports_folder, invented=settings.invented_figures)
            jobs = (*anchors.jobs("accounting"), ESTIMATES, *reports)
            tasks.create_task(run_scheduler(engine, jobs))
    finally:
        await engine.dispose()
        for source in sources:
            await source.close()


async def run(address: str, sources: Sequence[Source], hashes: Hashes, monitor: Telemetry) -> None:
    """Reads until cancelled; stands by while another process writes, waits out what is out of order."""
    watch = IntakeMetrics(monitor)
    while True:
        attempt = asyncio.create_task(_attempt(address, sources, hashes, watch))
        try:
            await asyncio.wait([attempt])
        finally:  # inside, a cancellation would get lost in a group of tasks that fails in the same moment
            attempt.cancel()
            await asyncio.wait([attempt])
        attempt.result()
        await asyncio.sleep(RETRY)


async def _attempt(address: str, sources: Sequence[Source], hashes: Hashes, watch: IntakeMetrics) -> None:
    """Reads until something is out of order, or somebody else's turn."""
    try:
        async with acquire_writer(address) as writer:
            log.info("this process writes now")
            watch.active.set(1)
            await Intake(writer, sources, hashes, watch).run()
    except* PASSING as outages:
        watch.active.set(0)
        if (fault := outages.split(may_pass)[1]) is not None:
            raise fault from None
        log.warning("intake waits for the database: %s", name_of(outages.exceptions[0]))
    except* StandBy:
        watch.active.set(0)
        log.info("this process stands by while the figures are rebuilt")


class StandBy(Exception):
    """A rebuild waits for its turn."""


class Intake:
    """Readers, one per source, and the writer, joined by a queue of one batch: what is ahead stays small."""

    def __init__(self, writer: Writer, sources: Sequence[Source], hashes: Hashes, watch: IntakeMetrics) -> None:
        self._writer, self._sources, self._hashes, self._watch = writer, sources, hashes, watch
        self._beside = Decoder(hashes)
        self._batches: asyncio.Queue[EventBatch] = asyncio.Queue(maxsize=1)
        self._resumed = {source.name: asyncio.Event() for source in sources}

    async def run(self) -> None:
        positions = {s.name: await self._writer.positions(s.transport, s.name) for s in self._sources}
        stands = {s.name: await self._writer.stand(s.name) for s in self._sources}
        await self._look_around()
        try:
            async with asyncio.TaskGroup() as tasks:
                for source in self._sources:
                    tasks.create_task(self._read(source, positions[source.name], stands[source.name]))
                tasks.create_task(self._write())
        finally:
            self._beside.close()

    async def _read(self, source: Source, positions: dict[int, int], stand: Stand) -> None:
        alarm, reached, limit = ErrorRateBreaker(), 0, LIMIT
        known: Newest | None = None  # in whose epoch we read, once it has shown to continue what was read before
        while True:
            await self._resumed[source.name].wait()
            try:
                known = known or await _continued(source, stand)
                delivery = await source.read(positions, limit, WAIT)
            except WentBack as back:
                known = None
                await self._batches.put(self._stopping(EventBatch(source.name, went_back=True), str(back)))
                continue
            except SourceFailed as failure:
                known = None
                log.warning("%s", failure)
                await asyncio.sleep(RETRY)
                continue
            if delivery.epoch != known.epoch:
                known = None
                continue
            if not delivery.events and delivery.unparsed is None and delivery.reached <= reached:
                continue
            if (batch := await self._decoded(source.name, delivery)) is None:
                limit = max(1, limit // 2)  # down to what the source looks through by itself
                continue
            limit = LIMIT
            positions |= delivery.positions
            batch.newest_position = reached = max(batch.newest_position, delivery.reached, reached)
            batch.transport, batch.positions, batch.epoch = source.transport, delivery.positions, delivery.epoch
            stand = Stand(delivery.epoch, max(reached, stand.position))
            if reason := alarm.record(batch.seen, len(batch.parked)):
                self._stopping(batch, reason)
            await self._batches.put(batch)

    async def _decoded(self, source: str, delivery: Delivery) -> EventBatch | None:
        """None for what holds something else than events at their positions."""
        if delivery.unparsed is not None:
            return await self._beside.decode_unparsed(source, delivery.unparsed)
        if len(delivery.events) >= BACKLOG:
            return await self._beside.decode(source, delivery.events, delivery.places)
        return await decode_in_turns(source, delivery.events, self._hashes, delivery.places)

    def _stopping(self, batch: EventBatch, reason: str) -> EventBatch:
        """The batch, after which its source is not read on until an operator resumes it."""
        batch.stop = reason
        self._resumed[batch.source].clear()
        log.error("%s is not read on: %s", batch.source, reason)
        return batch

    async def _write(self) -> None:
        now = asyncio.get_running_loop().time
        looked = now()
        while not await self._writer.must_stand_by():
            try:
                async with asyncio.timeout_at(looked + HOUSEKEEPING):
                    batch = await self._batches.get()
            except TimeoutError:  # at the latest then: also while batches come without end
                await self._look_around()
                looked = now()
            else:
                await self._take(batch)
        raise StandBy

    async def _take(self, batch: EventBatch) -> None:
        with self._watch.taking(batch):
            await ingest(self._writer, batch, self._hashes)

    async def _look_around(self) -> None:
        """Takes what reviewers said, takes up what operators sent again, and resumes the sources that they resumed."""
        await self._writer.take_words()
        for source in self._sources:
            if parked := await self._writer.to_resend(source.name, AGAIN):
                try:
                    async with asyncio.timeout(PATIENCE):  # the writer must not be silent for long
                        batch, missing = await read_again(source, parked, self._hashes)
                except (SourceFailed, TimeoutError) as failure:
                    log.warning("what is parked at %s waits: %s", source.name, failure)
                    continue
                await self._take(batch)
                await self._writer.not_found(missing)
        stopped = await self._writer.stopped()
        for name, event in self._resumed.items():
            if name not in stopped:
                event.set()


async def _continued(source: Source, stand: Stand) -> Newest:
    """Where the source ends. Raises WentBack where it is no continuation of what was read."""
    newest = await source.newest()
    expect_continued(source.name, stand, newest)
    return newest
