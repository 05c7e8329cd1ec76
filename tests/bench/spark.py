"""S5: our own rebuild, from stored facts to swapped cube, against the same array functions under Apache Spark on the
same cores: export, shuffles, Parquet, copy and swap. The session is warm, as a cluster's would be."""

import argparse
import asyncio
import os
import time
from itertools import count
from pathlib import Path

import asyncpg
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from deploy.spark.engine import Spark
from deploy.spark.session import session
from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.rebuild_outside import rebuild_outside
from shared.db.migrate import upgrade
from tests.bench.country_feed import pages
from tests.bench.figures import compare
from tests.bench.stored import store

EVENTS = (200_000, 1_000_000)
"""Of which seven in ten are crossings."""
ROUNDS = 3
CORES = len(os.sched_getaffinity(0))
SETTINGS = {"spark.sql.shuffle.partitions": str(2 * CORES), "spark.driver.memory": "4g"}
CUBE = "SELECT count(*), sum(count), sum(hashint8(cell) * count) FROM derived.cube"


async def main(events: int, server: Server, folder: Path) -> None:
    made = await server.ensure_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    owner = made.owner_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(server.dsn(made.name))
    crossings = await store(connection, pages(events))
    cubes = set()

    async def timed(begun: float) -> float:
        rate = crossings / (time.perf_counter() - begun)
        cubes.add(tuple(*await connection.fetch(CUBE)))
        await connection.execute("CHECKPOINT")  # neither side pays for what the other has left to be written
        return rate

    with session(f"local[{CORES}]", folder / "spilled", SETTINGS) as spark:
        turn = count()

        async def ours() -> float:
            begun = time.perf_counter()
            await rebuild(owner, lambda _: None)
            return await timed(begun)

        async def sparks() -> float:
            begun = time.perf_counter()
            await rebuild_outside(owner, Spark(spark, folder / str(next(turn))), lambda _: None)
            return await timed(begun)

        await sparks()  # the first one also compiles
        await compare(f"rebuild_{events}", "crossings/s", ours, sparks, f"spark_local_{CORES}", ROUNDS)
    await connection.close()
    if len(cubes) != 1:
        raise SystemExit("the two do not count the same")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS, help="10000000 needs 20 GB and an hour")
    chosen = parser.parse_args()
    for size in chosen.events:
        with reachable_directory() as directory:
            server = Server(directory / "postgres")
            server.start()
            try:
                uvloop.run(main(size, server, directory / "spark"))
            finally:
                server.stop()
