"""The reference of the bench does the same job: its SQL equals the array rule on every crossing."""

from collections.abc import Iterable

import asyncpg
import duckdb
import numpy as np
import pytest

from services.accounting.rules.residence.outcome import after, before, follows_gap, migration
from shared.testing.postgres import FreshDatabase
from tests.accounting.histories import day, generate
from tests.bench.residence import SQL

FIRST, LAST = day("2019-01-01"), day("2025-12-31")
CREATE = """
CREATE TABLE crossing (fact int, person int, day int, second int, source_order int, arrival int, initial int)
"""

Row = tuple[int, ...]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """(fact, person, day, second, source_order, arrival, initial) of invented histories, facts in order."""
    histories = generate(8_000, 11, FIRST, LAST)
    person = np.repeat(np.arange(8_000), histories.lengths)
    facts = np.arange(len(person))
    nothing = np.zeros_like(facts)
    columns = (facts, person, histories.day, nothing, facts, histories.arrival.astype(int), histories.initial[person])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def expected(obs_end: int) -> list[Row]:
    """(fact, imputed, before, after, migration) by the array rule, inside the vintage."""
    states = generate(8_000, 11, FIRST, LAST).classify(obs_end).states
    seen = np.flatnonzero(states)
    parts = (seen, follows_gap(states[seen]), before(states[seen]), after(states[seen]), migration(states[seen]))
    return list(zip(*(part.tolist() for part in parts), strict=True))


def sorted_rows(found: Iterable[Iterable[int]]) -> list[Row]:
    return sorted(tuple(row) for row in found)


@pytest.mark.parametrize("obs_end", ["2026-01-01", "2022-05-01"])
async def test_window_functions_in_postgresql_equal_the_arrays(
    rows: list[Row], obs_end: str, empty_database: FreshDatabase
) -> None:
    database = await empty_database("accounting")
    connection = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    try:
        await connection.execute(CREATE)
        await connection.copy_records_to_table("crossing", records=rows)
        found = await connection.fetch(SQL, day(obs_end))
    finally:
        await connection.close()

    assert sorted_rows(found) == expected(day(obs_end))


def test_the_same_text_runs_in_duckdb(rows: list[Row]) -> None:
    with duckdb.connect() as connection:
        connection.execute(CREATE)
        columns = {name: np.array(values) for name, values in zip("abcdefg", zip(*rows, strict=True), strict=True)}
        connection.execute("INSERT INTO crossing SELECT a, b, c, d, e, f, g FROM columns")
        found = connection.execute(SQL, [LAST]).fetchall()

    assert columns
    assert sorted_rows(found) == expected(LAST)
