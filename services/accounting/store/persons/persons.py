"""The rows of persons and the cells of the cube."""

from collections.abc import Sequence

import asyncpg
import numpy as np

from services.accounting.rules.figures.movements import Tally
from services.accounting.rules.persons.people import Ints, People
from services.accounting.rules.residence.residence import NEVER

Connection = asyncpg.Connection
Columns = tuple[list[int], list[bytes], list[bytes], list[bytes], list[bytes], list[int | None]]


async def load(connection: Connection, ids: Sequence[int]) -> People:
    """The persons with these ids. Nobody is not asked for: PostgreSQL reads a whole index to find none of no keys."""
    if not ids:
        return People.unpacked([])
    found = await connection.fetch(
        "SELECT person, keys, history, evidence, cells FROM linkage_derived.person WHERE person = ANY($1::bigint[])",
        ids,
    )
    return People.unpacked(list(map(tuple, found)))


def rows_of(people: People, due: Ints) -> Columns:
    """The persons' rows, each with its due day, column by column."""
    return (*people.packed(), [None if day == NEVER else day for day in due.tolist()])


async def save(connection: Connection, rows: Columns, gone: Sequence[int]) -> None:
    """Writes persons' rows, and removes those who are `gone`."""
    await connection.execute(
        """INSERT INTO linkage_derived.person (person, keys, history, evidence, cells, due) SELECT * FROM
        unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::int[])
        ON CONFLICT (person) DO UPDATE SET keys = excluded.keys, history = excluded.history,
            evidence = excluded.evidence, cells = excluded.cells, due = excluded.due""",
        *rows,
    )
    if gone:
        await connection.execute("DELETE FROM linkage_derived.person WHERE person = ANY($1::bigint[])", gone)


async def due_until(connection: Connection, obs_end: int) -> list[int]:
    """Persons whose outcome may change when the data reach `obs_end`."""
    found = await connection.fetch("SELECT person FROM linkage_derived.person WHERE due <= $1", obs_end)
    return [row[0] for row in found]


async def everybody(connection: Connection) -> list[int]:
    return [row[0] for row in await connection.fetch("SELECT person FROM linkage_derived.person")]


async def move_cube(connection: Connection, change: Tally) -> None:
    """Adds to the cells, and removes those that count nothing any longer."""
    if not len(change.cells):
        return
    await connection.execute(
        """INSERT INTO derived.cube AS held (cell, count) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (cell) DO UPDATE SET count = held.count + excluded.count""",
        change.cells.tolist(),
        change.counts.tolist(),
    )
    lowered = change.cells[change.counts < 0]
    if len(lowered):
        await connection.execute(
            "DELETE FROM derived.cube WHERE cell = ANY($1::bigint[]) AND count = 0", np.sort(lowered).tolist()
        )
