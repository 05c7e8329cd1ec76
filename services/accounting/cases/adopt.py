"""Bringing accounting to a register's truth: for one that was restored to an earlier moment (decision 0034).

All that the register holds is read anew and compared with what is stored. What is equal stays; what differs takes the
register's word, whatever its version; what the register does not hold is withdrawn. Persons and figures follow by the
functions that every batch uses, so a rebuild from the stored facts gives the same. One transaction: until it commits
the former figures stand, and a run that is killed has changed nothing.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from services.accounting.cases.apply_change import account_for_coverage, apply_change
from services.accounting.cases.batch import EventBatch, moment
from services.accounting.cases.change import Change
from services.accounting.rules.rows import FactRow, RegisterRow
from services.accounting.store import adopted, coverage, lock, sources
from services.accounting.store.persons import identity
from shared.events.epochs import Stand
from shared.events.portal import BorderCrossing

CHUNK = 2_000  # facts changed at once: bounds memory
Tell = Callable[[str], None]


class Lost(NamedTuple):
    """A record that was counted and that the register does not hold: its fact and its number at the source."""

    kind: str
    source_id: str


@asynccontextmanager
async def adopting(dsn: str, source: str, kinds: Sequence[str], tell: Tell) -> AsyncIterator["Adoption"]:
    """Has the intake stand by until the block ends. `dsn` is the owner's, who may make temporary tables; `kinds` are
    the facts that the register publishes."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "kosh-accounting-adopt"})
    try:
        tell("waiting for the writer to stand by")
        await lock.take_over_writer(connection)
        adoption = Adoption(connection, source, kinds)
        await adoption.prepare()
        yield adoption
        await lock.release(connection)
    finally:
        await connection.close()


class Adoption:
    """What a register holds, as it is read, and then what follows."""

    def __init__(self, connection: asyncpg.Connection, source: str, kinds: Sequence[str]) -> None:
        self._connection, self._source = connection, source
        self._read = adopted.ReadAnew(connection, kinds)
        self._reached = EventBatch(source)
        self.renewed = 0
        """Claims that got the likeness of today, by which a rebuild may join them."""

    async def prepare(self) -> None:
        await self._read.prepare()

    async def add(self, single: Sequence[EventBatch]) -> None:
        """Remembers events, each a batch of its own, so that every version is seen."""
        rows: list[FactRow] = [row for each in single for row in each.crossings.values()]
        rows += [row for each in single for row in each.register_facts.values()]
        await self._read.add(rows)
        if claims := {key: said for each in single for key, said in each.claims.items()}:
            await identity.insert_claims(self._connection, claims.values())
            self.renewed += await identity.renew_likenesses(self._connection, [made for made, _ in claims.values()])
        for each in single:
            self._reached.parked += each.parked
            if each.newest_time:
                self._reached.newest_time = each.newest_time
        self._reached.seen += len(single)

    async def finish(self, epoch: str | None, position: int) -> tuple[int, list[Lost]]:
        """Takes the register's word; what was read reaches to `position` of `epoch`. Returns how many records differed,
        and those of them that the register does not hold."""
        await self._read.compare()
        differing, lost = 0, list[Lost]()
        async with self._connection.transaction():
            await self._read.renew_seals()
            for table in adopted.ROWS:
                facts = await self._read.changed(table)
                differing += len(facts)
                for start in range(0, len(facts), CHUNK):
                    lost += await self._replace(table, facts[start : start + CHUNK])
            await account_for_coverage(self._connection, await coverage.declared(self._connection))
            await self._begin_anew(Stand(epoch, position))
        return differing, lost

    async def _replace(self, table: str, facts: Sequence[int]) -> list[Lost]:
        taken, withdrawn = await self._read.replace(table, facts)
        change = Change.of(taken)
        if change.keys:
            await apply_change(self._connection, change, await coverage.counted(self._connection))
        return [_lost(row) for row in withdrawn]

    async def _begin_anew(self, stand: Stand) -> None:
        await sources.forget_parked(self._connection, self._source)
        if self._reached.parked:
            await sources.park(self._connection, "feed", self._source, self._reached.parked)
        await sources.advance(self._connection, "feed", self._source, {0: stand.position})
        seen, newest = self._reached.seen, moment(self._reached.newest_time)
        await sources.begin_anew(self._connection, self._source, stand, seen=seen, repeated=0, newest=newest)


def _lost(row: FactRow) -> Lost:
    return Lost(row.kind if isinstance(row, RegisterRow) else BorderCrossing.NAME, row.source_id)
