"""The keys of records and of cells, while a release is cut: in temporary tables of its transaction alone, which nobody
else sees and nothing keeps."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg
import numpy as np

from services.accounting.rules.disclosure.cell_key import record_key
from services.accounting.rules.figures.movements import Tally, added, tally_keys
from services.accounting.rules.persons.people import Ints, People

Connection = asyncpg.Connection

PART: Final = 20_000  # persons unpacked at once
_TABLES: Final = """
CREATE TEMPORARY TABLE record_key (person bigint PRIMARY KEY, key bigint NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE cell_key (cell bigint PRIMARY KEY, key bigint NOT NULL) ON COMMIT DROP
"""
_CUBE: Final = """
CREATE TEMPORARY TABLE keyed_cube ON COMMIT DROP AS
    SELECT cell, count, coalesce(key, 0) AS key FROM derived.cube LEFT JOIN cell_key USING (cell) ORDER BY cell;
ALTER TABLE keyed_cube ADD PRIMARY KEY (cell)
"""
_HISTORIES: Final = "SELECT person, ''::bytea, history, ''::bytea, cells FROM linkage_derived.person"


async def make(connection: Connection, secret: bytes) -> None:
    """Makes them, of everybody who is counted now. `connection` is the intake's, in a transaction."""
    await connection.execute(_TABLES)
    await _of_records(connection, secret)
    await _of_cells(connection, secret)
    await connection.execute(f"{_CUBE}; ANALYZE record_key; ANALYZE keyed_cube")


async def _of_records(connection: Connection, secret: bytes) -> None:
    """By who the registers' records are of."""
    persons = [row[0] for row in await connection.fetch("SELECT DISTINCT person FROM derived.record")]
    keys = await asyncio.to_thread(_keys, secret, persons)
    rows = zip(persons, keys.tolist(), strict=True)
    await connection.copy_records_to_table("record_key", records=rows, columns=("person", "key"))


async def _of_cells(connection: Connection, secret: bytes) -> None:
    """One pass over everybody's history."""
    tallies: list[Tally] = []
    cursor = await connection.cursor(_HISTORIES)
    while rows := await cursor.fetch(PART):
        tallies.append(await asyncio.to_thread(_tally, secret, rows))
    sums = await asyncio.to_thread(added, tallies)
    rows_of_cells = zip(sums.cells.tolist(), sums.counts.tolist(), strict=True)
    await connection.copy_records_to_table("cell_key", records=rows_of_cells, columns=("cell", "key"))


def _tally(secret: bytes, rows: Sequence[asyncpg.Record]) -> Tally:
    people = People.unpacked([tuple(row) for row in rows])
    keys = _keys(secret, people.ids.tolist())
    of_crossings, of_cells = np.repeat(keys, people.lengths), np.repeat(keys, people.cell_lengths)
    return tally_keys(people.crossings, people.cells, of_crossings, of_cells)


def _keys(secret: bytes, persons: Sequence[int]) -> Ints:
    """As signed numbers, which add up modulo 2^64."""
    return np.fromiter((record_key(secret, each) for each in persons), np.uint64, len(persons)).view(np.int64)
