"""S5: a rebuild of all figures, from stored facts to swapped cube, against the 12/16-month rule alone in the window
functions of PostgreSQL and of DuckDB on the same crossings (`residence.sql`), persons and first statuses given.
The facts are those of the portal's registers in a simulated country.
"""

import argparse
import asyncio
import time
from pathlib import Path

import asyncpg
import duckdb
import numpy as np
import numpy.typing as npt
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.rebuild import rebuild
from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import before
from shared.db.migrate import upgrade
from tests.bench.country_feed import THROUGH, pages
from tests.bench.figures import compare
from tests.bench.stored import store

EVENTS = 1_000_000
"""Of which seven in ten are crossings."""
RULE = (Path(__file__).parent / "residence.sql").read_text()
LAST = day_number(THROUGH) + 1
GIVEN = ("fact", "person", "day", "second", "source_order", "arrival", "initial")
PERSONS = "SELECT person, keys, history, evidence, cells FROM linkage_derived.person ORDER BY person"

Columns = dict[str, npt.NDArray[np.int64]]


async def given(connection: asyncpg.Connection) -> Columns:
    """The crossings as the rule alone needs them, with the persons and first statuses that a rebuild has found."""
    people = People.unpacked([tuple(row) for row in await connection.fetch(PERSONS)])
    crossings, travels = people.crossings, np.flatnonzero(people.lengths)
    first = (np.cumsum(people.lengths) - people.lengths)[travels]
    columns = (
        crossings["fact"],
        np.repeat(np.arange(len(people.ids)), people.lengths),
        *(crossings[member] for member in ("day", "second", "order", "arrival")),
        np.repeat(before(crossings["state"][first]), people.lengths[travels]),
    )
    return {name: column.astype(np.int64) for name, column in zip(GIVEN, columns, strict=True)}


async def load(connection: asyncpg.Connection, columns: Columns) -> None:
    """Puts the reference's table beside the facts."""
    names = ", ".join(f"{name} bigint" for name in GIVEN)
    await connection.execute(f"CREATE SCHEMA bare; CREATE TABLE bare.crossing ({names})")
    rows = zip(*(columns[name].tolist() for name in GIVEN), strict=True)
    await connection.copy_records_to_table("crossing", schema_name="bare", records=rows)
    await connection.execute("ANALYZE bare.crossing")


def in_duckdb(columns: Columns, threads: int) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(config={"threads": threads})
    database.register("arrays", columns)
    database.execute("CREATE TABLE crossing AS SELECT * FROM arrays")
    return database


async def main(events: int, server: Server) -> None:
    made = await server.ensure_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    owner = made.owner_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(server.dsn(made.name))
    crossings = await store(connection, pages(events))
    await rebuild(owner, lambda _: None)
    columns = await given(connection)
    if len(columns["fact"]) != crossings:
        raise RuntimeError(f"{crossings} crossings are stored and {len(columns['fact'])} counted")
    await load(connection, columns)

    async def ours() -> float:
        await connection.execute("CHECKPOINT")  # neither side pays for what the other has left to be written
        begun = time.perf_counter()
        await rebuild(owner, lambda _: None)
        return crossings / (time.perf_counter() - begun)

    async def postgres() -> float:
        await connection.execute("SET search_path = bare; DROP TABLE IF EXISTS result; CHECKPOINT")
        begun = time.perf_counter()
        await connection.execute(f"CREATE TABLE result AS {RULE.replace('$1', str(LAST))}")
        return crossings / (time.perf_counter() - begun)

    await compare("rebuild", "crossings/s", ours, postgres, "postgresql_window_sql")
    for threads in (1, 2):
        duck = in_duckdb(columns, threads)

        async def duck_rate(duck: duckdb.DuckDBPyConnection = duck) -> float:
            begun = time.perf_counter()
            duck.execute(f"CREATE OR REPLACE TABLE result AS {RULE.replace('$1', str(LAST))}")
            return crossings / (time.perf_counter() - begun)

        await compare("rebuild", "crossings/s", ours, duck_rate, f"duckdb_{threads}_threads")
    await connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    chosen = parser.parse_args()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen.events, server))
        finally:
            server.stop()
