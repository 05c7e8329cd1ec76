"""The days whose sums differ, version by version: which are missing, doubled, altered, set aside or not read yet."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from services.accounting.cases.reconciliation.prints import PRINTS
from services.accounting.cases.reconciliation.reading import ONE_MOMENT, Horizon, Rooms, SourceReading, reading_of
from services.accounting.rules.reconciliation.ledger import Cell, Day, content_of
from services.accounting.store.reconciliation import stored
from services.accounting.store.reconciliation.both_sides import Beside, BothSides, HeldVersion, Matched, StoredVersion
from services.accounting.store.reconciliation.stored import SetAside, StoredRow
from shared.db.driver import driver
from shared.events.catalogue import FACTS
from shared.events.digests import date_told, day_told_on
from shared.inbox import held
from shared.inbox.feed import FeedSource
from shared.kernel.digests import subject_key
from shared.outbox.held import EventDigest

CHUNK: Final = 1_000  # versions looked up at once

What = Literal["missing", "doubled", "unheld", "altered", "rejected", "skipped"]
FAULTS: Final = frozenset({"missing", "doubled", "unheld", "altered"})

_DETAILS: Final[Mapping[str, str]] = {
    "missing": "was read, and is not stored here",
    "doubled": "is stored here a second time, under the number of a record that the register holds",
    "unheld": "is stored here, and the register does not hold it",
    "rejected": "was set aside: see the parked events",
    "skipped": "was set aside, and an operator said that it is not wanted",
    "said": "does not say here what it says at the register",
    "withdrawn": "is withdrawn on one side only",
    "day": "has another day here than at the register",
    "twice": "is told twice by the register, in different words",
}


class VersionDifference(NamedTuple):
    """One version that is not where it should be; `detail` says why, and holds nothing of its content."""

    fact: str
    day: int | None
    what: What
    source_id: str | None
    version: int
    subject: str | None
    position: int | None
    detail: str


class Asked(NamedTuple):
    """What is compared: days of facts, and by fact whether what they say can be. `undated`: also what is stored of
    these facts without its day."""

    facts: Sequence[str]
    cells: Collection[Cell]
    comparable: Mapping[str, bool]
    undated: bool


Told = VersionDifference | tuple[Cell, Day]


async def compare(rooms: Rooms, horizon: Horizon, feed: FeedSource, asked: Asked) -> AsyncGenerator[Told]:
    """The differences, then each of the days with what became of its events. Raises SourceFailed."""
    with BothSides() as sides:
        reading, aside = await _store(rooms, horizon, feed.name, sides, asked)
        await _hold(feed, sides, asked)
        await asyncio.to_thread(sides.compare)
        judge = _Judge(reading, _by_place(aside), asked)
        async with rooms.linkage.connect() as connection:
            direct = await driver(connection)
            for pairs in sides.pairs(CHUNK):
                alone = [pair.held.key for pair in pairs if pair.stored is None]
                found = _by_version(await stored.versions_of(direct, alone)) if alone else {}
                sides.note_undated([key for key, each in found.items() if each.row.told is None])
                for difference in judge.held(pairs, found):
                    yield difference
            async for some in _in_chunks(sides.beside()):
                gone = _withdrawn(await stored.versions_of(direct, [each.key for each in some]))
                for difference in judge.beside([each for each in some if each.key not in gone]):
                    yield difference
        if asked.undated:
            await _note_undated(rooms, sides, asked.facts)
            for fact, source_id, version in sides.unheld():
                yield VersionDifference(fact, None, "unheld", source_id, version, None, None, _DETAILS["unheld"])
        for cell, day in sorted(judge.days.items()):
            yield cell, day


async def _store(
    rooms: Rooms, horizon: Horizon, source: str, sides: BothSides, asked: Asked
) -> tuple[SourceReading, list[SetAside]]:
    """How far the source was read and what was set aside, and then our side of the days, at one moment."""
    newest = await horizon.newest()
    async with rooms.open.connect() as connection:
        reading = await reading_of(connection, horizon, newest)
        aside = await stored.set_aside(await driver(connection), source)
    async with rooms.linkage.connect() as connection:
        await connection.execute(ONE_MOMENT)
        direct = await driver(connection)
        facts, days = sorted({cell.fact for cell in asked.cells}), {cell.day for cell in asked.cells}
        async for some in stored.all_of(direct, facts, days):
            versions = [_stored_version(each) for each in some]
            sides.store(each for each in versions if Cell(each.fact, each.day) in asked.cells)
    return reading, aside


async def _hold(feed: FeedSource, sides: BothSides, asked: Asked) -> None:
    """The register's side of them, up to now: later than ours."""
    types = [type for type, fact in FACTS.items() if fact.NAME in {cell.fact for cell in asked.cells}]
    if not types:
        return
    days = {date_told(cell.day) for cell in asked.cells}
    async for page in held.digests(feed, (await feed.newest()).position, types, days):
        versions = [_held_version(each) for each in page.items]
        sides.hold(each for each in versions if Cell(each.fact, each.day) in asked.cells)


def _stored_version(found: StoredRow) -> StoredVersion:
    row, fact = found.row, stored.fact_of(found.row)
    content = content_of(row, PRINTS[fact])
    return StoredVersion(
        fact, row.told or 0, row.fact, row.version, row.withdrawn, content, row.source_id, found.current
    )


def _held_version(told: EventDigest) -> HeldVersion:
    return HeldVersion(
        FACTS[told.type].NAME,
        day_told_on(told.day),
        subject_key(told.subject),
        told.version,
        told.withdrawn,
        None if told.content is None else int(told.content, 16),
        told.source_id,
        told.subject,
        told.position,
        bytes.fromhex(told.event),
    )


class _Judge:
    """Says of each version what became of it, and counts that by day."""

    def __init__(self, reading: SourceReading, aside: Mapping[int | bytes, bool], asked: Asked) -> None:
        self._reading, self._aside, self._comparable = reading, aside, asked.comparable
        self.days: dict[Cell, Day] = defaultdict(Day, {cell: Day() for cell in asked.cells})

    def held(self, pairs: Sequence[Matched], found: Mapping[tuple[int, int], StoredRow]) -> Iterator[VersionDifference]:
        newest = {each.row.fact: each.row.version for each in found.values() if each.current}
        for pair in pairs:
            version, ours = pair.held, pair.stored
            day = self.days[Cell(version.fact, version.day)]
            if pair.repeated:
                day.repeated += 1
                if pair.differs:
                    yield self._altered(version, "twice")
                continue
            day.held += 1
            if ours is None and (other := found.get((version.key, version.version))):
                ours = _looked_up(other, version)
            if ours is not None:
                yield from self._matched(version, ours)
            elif newest.get(version.key, 0) > version.version:
                day.superseded += 1
            else:
                yield from self._absent(version, day)

    def _matched(self, version: HeldVersion, ours: StoredVersion) -> Iterator[VersionDifference]:
        day = self.days[Cell(version.fact, version.day)]
        in_effect = ours.current and not ours.withdrawn
        day.counted, day.superseded = day.counted + in_effect, day.superseded + (not in_effect)
        if ours.withdrawn != version.withdrawn:
            yield self._altered(version, "withdrawn")
        elif ours.day != version.day:
            yield self._altered(version, "day")
        elif ours.content is None or version.content is None or not self._comparable[version.fact]:
            day.not_comparable += 1
        elif ours.content != version.content:
            yield self._altered(version, "said")

    def _absent(self, version: HeldVersion, day: Day) -> Iterator[VersionDifference]:
        skipped = self._aside.get(version.event, self._aside.get(version.position))
        if skipped is not None:
            if skipped:
                day.skipped += 1
            else:
                day.rejected += 1
            yield _difference(version, "skipped" if skipped else "rejected")
        elif version.position > self._reading.through:
            day.pending += 1
        else:
            day.missing += 1
            yield _difference(version, "missing")

    def _altered(self, version: HeldVersion, why: str) -> VersionDifference:
        self.days[Cell(version.fact, version.day)].altered += 1
        return _difference(version, "altered", why)

    def beside(self, versions: Sequence[Beside]) -> Iterator[VersionDifference]:
        for each in versions:
            day, what = self.days[Cell(each.fact, each.day)], _what(each)
            if what == "doubled":
                day.doubled += 1
            else:
                day.unheld += 1
            yield VersionDifference(each.fact, each.day, what, each.source_id, each.version, None, None, _DETAILS[what])


def _what(beside: Beside) -> What:
    return "doubled" if beside.doubled else "unheld"


def _difference(version: HeldVersion, what: What, why: str | None = None) -> VersionDifference:
    fact, day, _, number, _, _, source_id, subject, position, _ = version
    return VersionDifference(fact, day, what, source_id, number, subject, position, _DETAILS[why or what])


def _by_place(aside: Sequence[SetAside]) -> dict[int | bytes, bool]:
    """By the digest of the event, and by its place in the feed: whether it is not wanted."""
    places: dict[int | bytes, bool] = {each.position: each.skipped for each in aside if each.position is not None}
    return places | {each.digest: each.skipped for each in aside if each.digest is not None}


def _by_version(found: Sequence[StoredRow]) -> dict[tuple[int, int], StoredRow]:
    return {(each.row.fact, each.row.version): each for each in found}


def _looked_up(found: StoredRow, version: HeldVersion) -> StoredVersion:
    """What is stored of a version elsewhere than on its day: without a day, or since our side was read."""
    row = found.row
    content, day = content_of(row, PRINTS[version.fact]), version.day if row.told is None else row.told
    return StoredVersion(
        version.fact, day, row.fact, row.version, row.withdrawn, content, row.source_id, found.current
    )  # fmt: skip


def _withdrawn(found: Sequence[StoredRow]) -> set[int]:
    """Records that are withdrawn here: what the register does not hold of them counts for nothing."""
    return {each.row.fact for each in found if each.current and each.row.withdrawn}


async def _in_chunks(found: Iterator[Beside]) -> AsyncIterator[list[Beside]]:
    some: list[Beside] = []
    for each in found:
        some.append(each)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


async def _note_undated(rooms: Rooms, sides: BothSides, facts: Sequence[str]) -> None:
    """Finds what a version before this one stored without its day, and the register does not hold."""
    async with rooms.linkage.connect() as connection, rooms.linkage.connect() as other:
        await connection.execute(ONE_MOMENT)
        again = await driver(other)
        async for some in stored.all_of(await driver(connection), facts, undated=True):
            alone = [each.row for each in some if not sides.is_noted(each.row.fact, each.row.version)]
            gone = _withdrawn(await stored.versions_of(again, [row.fact for row in alone])) if alone else set()
            sides.note_unheld((stored.fact_of(r), r.source_id, r.version) for r in alone if r.fact not in gone)
