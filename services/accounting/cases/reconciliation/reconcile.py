"""Whether what the registers hold is what was counted: by source, fact and day, and to the record (decision 0063).

First by sums: every stored version is added up by fact and day in one reading, every event that the register holds by
the register itself, in pages. Only the days that differ are then compared version by version (cases.reconciliation.
differing). Nothing is stored, nobody is stopped: each of the two steps looks at our side in one moment, and asks the
register up to what was read by then.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from services.accounting.cases.reconciliation import differing
from services.accounting.cases.reconciliation.prints import GRANTED, PRINTS
from services.accounting.cases.reconciliation.reading import ONE_MOMENT, Horizon, Rooms, SourceReading, reading_of
from services.accounting.rules.reconciliation.ledger import Cell, Day, DigestSums, Stored, agree, agreed, content_of
from services.accounting.store.reconciliation import stored
from shared import clock
from shared.db.driver import driver
from shared.events.catalogue import FACTS
from shared.events.digests import date_told, day_told_on
from shared.inbox import held
from shared.inbox.feed import FeedSource
from shared.inbox.source import Newest, SourceFailed
from shared.outbox.held import DaySum


class DayReconciled(BaseModel):
    """What became of the events of one fact that happened on one day: `held` is the sum of `counted`, `superseded`,
    `rejected`, `skipped`, `pending` and `missing`."""

    line: Literal["day"] = "day"
    source: str
    fact: str
    day: date = Field(description="of the events' time, in Kazakhstan")
    held: int = Field(description="versions of records that the register holds")
    arrived: int = Field(description="of them, what came here, whatever became of it")
    counted: int = Field(description="of them, in effect in the figures")
    superseded: int = Field(description="of them, withdrawn or overtaken by a newer version")
    rejected: int = Field(description="of them, set aside because they cannot be understood")
    skipped: int = Field(description="of them, set aside and not wanted, as an operator said")
    pending: int = Field(description="of them, not read yet")
    missing: int = Field(description="of them, read and not here: lost")
    repeated: int = Field(description="told once more by the register; counted once")
    doubled: int = Field(description="here beside what is held, under the number of a record that is held")
    unheld: int = Field(description="here, and not held by the register under any number")
    altered: int = Field(description="the same version, and not the same: altered at the register or here")
    not_comparable: int = Field(description="here as held, but what they say cannot be compared until `make adopt`")


class RecordReconciled(BaseModel):
    """One version of one record that is not where it should be."""

    line: Literal["record"] = "record"
    source: str
    fact: str
    day: date | None
    what: differing.What
    source_id: str | None = Field(description="the source's own number; null where the register tells none")
    version: int
    subject: str | None = Field(description="the record's id at the register, where that holds it")
    position: int | None = Field(description="in the register's feed, where that holds it")
    detail: str


class SourceReconciled(BaseModel):
    """One source, after its days and records."""

    line: Literal["source"] = "source"
    source: str
    state: Literal["agrees", "differs", "restored", "unknown"] = Field(
        description="`restored`: the register was set back, and does not hold what was read of it; `unknown`: it does "
        "not answer"
    )
    detail: str | None
    at: datetime
    newest: int | None = Field(description="position of the register's newest event")
    read: int = Field(description="position up to which nothing may be missing")


Line = DayReconciled | RecordReconciled | SourceReconciled


class Wanted(NamedTuple):
    """What is asked for: one fact or all, and the days from one to another."""

    fact: str | None = None
    first: date | None = None
    last: date | None = None

    def covers(self, cell: Cell) -> bool:
        if self.fact not in (None, cell.fact):
            return False
        day = date_told(cell.day)
        return (self.first or day) <= day <= (self.last or day)

    @property
    def is_all_days(self) -> bool:
        return self.first is None and self.last is None


EVERYTHING = Wanted()


class Ours(NamedTuple):
    """Our side: how far the source was read, and at one moment after that what is stored by fact and day, and by fact
    how much is stored without its day."""

    reading: SourceReading
    cells: Mapping[Cell, Stored]
    undated: Mapping[str, int]


class Theirs(NamedTuple):
    """The register's side: sums of what we have read of it, how many events it holds beyond, both by fact and day, and
    by fact whether it grants the members that we have read."""

    cells: Mapping[Cell, DigestSums]
    beyond: Mapping[Cell, int]
    comparable: Mapping[str, bool]


async def reconcile(
    rooms: Rooms, sources: Sequence[tuple[Horizon, FeedSource]], scope: Wanted = EVERYTHING
) -> AsyncGenerator[Line]:
    """Lines of days and records, then of the source, for each of `sources`: what carries its events, and its
    feed."""
    for horizon, feed in sources:
        try:
            async with aclosing(_of_source(rooms, horizon, feed, scope)) as lines:
                async for line in lines:
                    yield line
        except SourceFailed as failure:
            yield SourceReconciled(
                source=feed.name, state="unknown", detail=str(failure), at=clock.now(), newest=None, read=0
            )


async def _of_source(rooms: Rooms, horizon: Horizon, feed: FeedSource, scope: Wanted) -> AsyncGenerator[Line]:
    facts = [fact.NAME for fact in FACTS.values() if feed.name == fact.PRODUCER and fact.NAME in PRINTS]
    facts = [fact for fact in facts if scope.fact in (None, fact)]
    newest = await horizon.newest()
    side = await _our_side(rooms, horizon, newest, facts)
    end = (await feed.newest()).position
    theirs = await _their_side(feed, side.reading, end)
    cells = {cell for cell in (*theirs.cells, *theirs.beyond, *side.cells) if scope.covers(cell)}
    differing_cells = {cell for cell in cells if not _agrees(cell, side, theirs)}
    for cell in sorted(cells - differing_cells):
        ours = side.cells.get(cell, Stored.nothing())
        yield _day(feed.name, cell, agreed(ours, theirs.comparable[cell.fact], theirs.beyond.get(cell, 0)))
    undated = scope.is_all_days and any(side.undated.values())
    faults = 0
    if differing_cells or undated:
        asked = differing.Asked(facts, differing_cells, theirs.comparable, undated)
        async with aclosing(differing.compare(rooms, horizon, feed, asked)) as found:
            async for each in found:
                faults += isinstance(each, differing.VersionDifference) and each.what in differing.FAULTS
                yield _line(feed.name, each)
    back = side.reading.back
    yield SourceReconciled(
        source=feed.name,
        state="restored" if back else "differs" if faults else "agrees",
        detail=back,
        at=clock.now(),
        newest=end,
        read=side.reading.through,
    )


def _agrees(cell: Cell, side: Ours, theirs: Theirs) -> bool:
    ours = side.cells.get(cell, Stored.nothing())
    return agree(theirs.cells.get(cell, DigestSums()), ours, theirs.comparable[cell.fact])


async def _our_side(rooms: Rooms, horizon: Horizon, newest: Newest, facts: Sequence[str]) -> Ours:
    cells: dict[Cell, Stored] = defaultdict(Stored.nothing)
    undated: dict[str, int] = defaultdict(int)
    async with rooms.open.connect() as connection:
        reading = await reading_of(connection, horizon, newest)
    async with rooms.linkage.connect() as connection:
        await connection.execute(ONE_MOMENT)
        async for some in stored.all_of(await driver(connection), facts):
            await asyncio.to_thread(_add_up, some, cells, undated)  # beside the requests of others
    return Ours(reading, cells, undated)


def _add_up(some: Sequence[stored.StoredRow], cells: dict[Cell, Stored], undated: dict[str, int]) -> None:
    for current, row in some:
        fact = stored.fact_of(row)
        if row.told is None:
            undated[fact] += 1
        else:
            cells[Cell(fact, row.told)].add(row, current, content_of(row, PRINTS[fact]))


async def _their_side(feed: FeedSource, reading: SourceReading, newest: int) -> Theirs:
    cells: dict[Cell, DigestSums] = defaultdict(DigestSums)
    beyond: dict[Cell, int] = defaultdict(int)
    comparable = dict.fromkeys(PRINTS, True)
    async for page in held.sums(feed, 0, min(reading.upto, newest)):
        known = {FACTS[type].NAME: members for type, members in page.members.items() if type in FACTS}
        comparable |= {fact: members == GRANTED.get(fact) for fact, members in known.items()}
        for day in page.days:
            cells[_cell(day)].add(day.events, int(day.records, 16), int(day.contents, 16))
    async for page in held.sums(feed, reading.upto, newest):
        for day in page.days:
            beyond[_cell(day)] += day.events
    return Theirs(cells, beyond, comparable)


def _cell(day: DaySum) -> Cell:
    """Raises SourceFailed for a fact that is none of ours."""
    if day.type not in FACTS:
        raise SourceFailed("it tells of a fact that this version does not know")
    return Cell(FACTS[day.type].NAME, day_told_on(day.day))


def _line(source: str, found: differing.Told) -> Line:
    if not isinstance(found, differing.VersionDifference):
        return _day(source, *found)
    told = found._asdict() | {"day": None if found.day is None else date_told(found.day)}
    return RecordReconciled(source=source, **told)


def _day(source: str, cell: Cell, found: Day) -> DayReconciled:
    return DayReconciled(
        source=source, fact=cell.fact, day=date_told(cell.day), arrived=found.arrived, **asdict(found)
    )  # fmt: skip
