"""S5: a rebuild of all figures, from stored facts to swapped cube, against the 12/16-month rule alone in the window
functions of PostgreSQL and of DuckDB on the same crossings (`residence.sql`), persons and first statuses given."""

import argparse
import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import numpy as np
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.rebuild import rebuild
from services.accounting.rules.figures.dimensions import birth_code, country_code
from services.accounting.rules.rows import CrossingRow
from shared.db.migrate import upgrade
from tests.accounting.histories import Histories, generate
from tests.bench.crossings_stream import FIRST, LAST
from tests.bench.figures import compare

CROSSINGS = 600_000
RULE = (Path(__file__).parent / "residence.sql").read_text()
GIVEN = ("fact", "person", "day", "second", "source_order", "arrival", "initial")
BARE = """CREATE SCHEMA bare; CREATE TABLE bare.crossing
    (fact bigint, person int, day int, second int, source_order int, arrival int, initial int)"""
COVERAGE = """INSERT INTO linkage.register_fact VALUES (1, 'berkut', 1, false, 'feed_coverage.v1', 0, 0, 0, 0, 0,
    jsonb_build_object('register_start', date '1970-01-01' + $1::int,
        'complete_through', date '1970-01-01' + $2::int))"""


def rows(histories: Histories) -> Iterator[tuple[CrossingRow, tuple[int, ...]]]:
    """Each crossing as a stored fact, and as the rule alone needs it."""
    random = np.random.default_rng(1)
    persons = len(histories.lengths)
    document = random.integers(1, 2**62, persons).tolist()
    person = np.repeat(np.arange(persons), histories.lengths).tolist()
    facts = random.integers(1, 2**62, len(person)).tolist()
    birth, citizen = birth_code("1990-05-01"), country_code("UZB")
    columns = zip(facts, person, histories.day.tolist(), histories.arrival.tolist(), strict=True)
    initial = histories.initial.tolist()
    for number, (fact, who, day, arrival) in enumerate(columns):
        yield (
            CrossingRow(fact, f"B-{number}", 1, False, day, number % 80_000, number, birth + who % 9_000, citizen,
                        citizen + who % 40, who % 12, 1 + who % 2, int(arrival), 2, 0, document[who], number % 7),
            (fact, who, day, number % 80_000, number, int(arrival), initial[who]),
        )  # fmt: skip


async def load(connection: asyncpg.Connection, histories: Histories) -> list[tuple[int, ...]]:
    """Stores the facts, and the reference's table beside them; answers the latter's rows."""
    stored, given = zip(*rows(histories), strict=True)
    await connection.copy_records_to_table(
        "crossing", schema_name="linkage", records=stored, columns=CrossingRow._fields
    )
    await connection.execute(COVERAGE, FIRST, LAST - 1)
    await connection.execute(
        f"CREATE SCHEMA bare; CREATE TABLE bare.crossing ({', '.join(f'{c} bigint' for c in GIVEN)})"
    )
    await connection.copy_records_to_table("crossing", schema_name="bare", records=given)
    await connection.execute("ANALYZE")
    return list(given)


def in_duckdb(given: list[tuple[int, ...]], threads: int) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(config={"threads": threads})
    columns: dict[str, Any] = dict(zip(GIVEN, np.array(given, np.int64).T, strict=True))
    database.register("arrays", columns)
    database.execute("CREATE TABLE crossing AS SELECT * FROM arrays")
    return database


async def main(crossings: int, server: Server) -> None:
    histories = generate(int(crossings / 3.75), 1, FIRST, LAST)
    made = await server.ensure_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    owner = made.owner_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(server.dsn(made.name))
    given = await load(connection, histories)

    async def ours() -> float:
        await connection.execute("CHECKPOINT")  # neither side pays for what the other has left to be written
        begun = time.perf_counter()
        await rebuild(owner, lambda _: None)
        return len(given) / (time.perf_counter() - begun)

    async def postgres() -> float:
        await connection.execute("SET search_path = bare; DROP TABLE IF EXISTS result; CHECKPOINT")
        begun = time.perf_counter()
        await connection.execute(f"CREATE TABLE result AS {RULE.replace('$1', str(LAST))}")
        return len(given) / (time.perf_counter() - begun)

    await compare("rebuild", "crossings/s", ours, postgres, "postgresql_window_sql")
    for threads in (1, 2):
        duck = in_duckdb(given, threads)

        async def duck_rate(duck: duckdb.DuckDBPyConnection = duck) -> float:
            begun = time.perf_counter()
            duck.execute(f"CREATE OR REPLACE TABLE result AS {RULE.replace('$1', str(LAST))}")
            return len(given) / (time.perf_counter() - begun)

        await compare("rebuild", "crossings/s", ours, duck_rate, f"duckdb_{threads}_threads")
    await connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crossings", type=int, default=CROSSINGS)
    chosen = parser.parse_args()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen.crossings, server))
        finally:
            server.stop()
