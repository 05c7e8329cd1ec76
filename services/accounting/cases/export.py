"""All facts in effect as columns, a block at a time, for an engine outside: what a rebuild reads, and nothing else.

It leaves the linkage room (decision 0029), so it holds keyed hashes and filters only, no record number and no name, and
is given to whoever may read the whole room: the owner. Memory is flat, whatever the size.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import CLAIM
from services.accounting.rules.persons.likeness import STORED
from services.accounting.rules.residence.history import CROSSING, FACT_EVIDENCE
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import bulk, coverage, sources
from services.accounting.store.persons import words
from shared.db.session import connect

Connection = asyncpg.Connection
Columns = Mapping[str, npt.NDArray[Any]]

_COUNTED = ("state", "region")  # of a crossing: what the cube holds of it, which is no fact
_KEYS = [("claim", "<i8"), ("document", "<i8")]
TABLES: Final = {
    "crossing": np.dtype(
        [each for each in CROSSING.descr if each[0] not in _COUNTED] + _KEYS + [("checkpoint", "<i4")]
    ),
    "register_fact": np.dtype(FACT_EVIDENCE.descr + _KEYS + [("former", "<i8")]),
    "claim": CLAIM,
    "likeness": STORED,
    "word": np.dtype([("id", "<i8"), ("one", "<i8"), ("other", "<i8"), ("same", "?"), ("two_iins", "?")]),
}
"""The columns of each table; a word is a reviewer's (rules.persons.words.Word)."""


class Sink(Protocol):
    """Where the facts go, whose keys say which rows lie together."""

    def add(self, table: str, columns: Columns) -> None:
        """Takes the next rows of one of TABLES, a column for each of its fields."""


class Extent(NamedTuple):
    """What an export holds: the period that the border feed covers, and how far each register had been read."""

    coverage: Coverage
    positions: dict[str, int]


async def export(dsn: str, sink: Sink) -> Extent:
    """The facts of one moment, while the intake goes on writing. `dsn` is the owner's."""
    connection = await connect(dsn, "kosh-accounting-export", idle="0")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await stream(connection, sink)
    finally:
        await connection.close()


async def stream(connection: Connection, sink: Sink) -> Extent:
    """The facts as this connection's transaction sees them; whoever calls sees to it that it sees one moment."""

    def give(table: str, *rows: npt.NDArray[np.void], **more: npt.NDArray[np.int64]) -> None:
        columns = dict(more)
        for several in rows:
            columns |= {name: several[name] for name in several.dtype.names or ()}
        sink.add(table, {name: columns[name] for name in TABLES[table].names or ()})

    extent = Extent(await coverage.declared(connection), await sources.read_to(connection))
    await bulk.stream_crossings(connection, lambda found, keys, at: give("crossing", found, keys, checkpoint=at))
    await bulk.stream_register_facts(connection, lambda *rows: give("register_fact", *rows))
    await bulk.stream_claims(connection, lambda said: give("claim", said))
    await bulk.stream_likenesses(connection, lambda compared: give("likeness", compared))
    give("word", np.array(await words.all_in_effect(connection), TABLES["word"]))  # so few that a person said them
    return extent
