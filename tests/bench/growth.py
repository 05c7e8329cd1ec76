"""What more facts cost: a rebuild and S7 over a million crossings and over ten times as many, of simulated countries.

A rebuild is to take no longer a crossing (S5: ten times the data, at most eleven times the time). S7: a query of one
SDMX series over HTTP, against the bare indexed sum over the cube that answers it, is to take as long as before.

It ends by itself: a size that would go beyond `--minutes`, at the pace of the one before, is left out and named. On a
machine that others use: `python -m tests.bench.growth --events 140000 700000 --minutes 10`; the whole of it, on a quiet
one: `python -m tests.bench.growth --minutes 240`.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from statistics import quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.rebuild import rebuild
from services.accounting.rules.figures.movements import CellKind, cell_ranges
from shared.db.migrate import upgrade
from shared.testing.process import api_process
from tests.bench.country_feed import START, THROUGH, pages
from tests.bench.load import asking
from tests.bench.stored import SECRET, store

EVENTS = (1_400_000, 14_000_000)
"""Of which seven in ten are crossings."""
MINUTES = 60.0
ROUNDS = 3
QUERIES = 300
SERIES = "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T"
BARE = """SELECT 1970 + (cell >> 52) / 12, sum(count) FROM unnest($1::bigint[], $2::bigint[]) AS range (first, beyond)
    CROSS JOIN LATERAL (SELECT cell, count FROM derived.cube WHERE cell >= first AND cell < beyond OFFSET 0) cells
    GROUP BY 1"""
MONTHS = ((START.year - 1970) * 12, (THROUGH.year - 1969) * 12)
KINDS = (CellKind.IMM_FINAL, CellKind.IMM_OPEN)


class Cost(NamedTuple):
    """Of so many crossings: the fastest rebuild in seconds, and milliseconds of a query at p99 and of the bare one."""

    crossings: int
    rebuild: float
    query: float
    bare: float


async def cost(events: int, server: Server) -> Cost:
    """Stores a country's feed in a database of its own, builds the figures and asks for them."""
    made = await server.ensure_database("accounting", name=f"growth_{events}")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    connection = await asyncpg.connect(server.dsn(made.name))
    crossings = await store(connection, pages(events))
    took = [await _timed(lambda: rebuild(made.owner_url.replace("+asyncpg", ""), _silent)) for _ in range(ROUNDS)]
    await connection.execute("CHECKPOINT")
    ranges = cell_ranges(MONTHS, KINDS)
    bare = await _p99(lambda: connection.fetch(BARE, *ranges))
    with reachable_directory() as directory:
        os.environ |= {
            "KOSH_ACCOUNTING_IDENTITY_SECRET": SECRET.decode(),
            "KOSH_ACCOUNTING_AUDIT_ANCHORS": str(directory / "anchors"),
            "KOSH_FEED_PORTAL_URL": "http://127.0.0.1:1",  # which an API names and does not read
        }
        async with api_process("accounting", made, directory) as api:
            port, headers = urlsplit(api.address).port, api.token("statistician")
            async with asking(port or 0, SERIES, headers) as ask:
                query = await _p99(ask)
    await connection.close()
    await server.drop_database(made.name)
    return Cost(crossings, min(took), query, bare)


def _silent(_told: str) -> None: ...


async def _timed(run: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await run()
    return time.perf_counter() - begun


async def _p99(run: Callable[[], Awaitable[object]]) -> float:
    for _ in range(QUERIES // 10):  # warm
        await run()
    return quantiles([await _timed(run) for _ in range(QUERIES)], n=100)[98] * 1e3


async def main(sizes: tuple[int, ...], minutes: float, server: Server) -> None:
    few, pace, beyond = None, 0.0, time.perf_counter() + minutes * 60
    for events in sizes:
        started = time.perf_counter()
        if started + events * pace > beyond:
            print(f"S5_rebuild_of_{events}_events left out: some {events * pace / 60:.0f} min", flush=True)
            continue
        each = await cost(events, server)
        pace = (time.perf_counter() - started) / events
        few = few or each
        beside = f"against={few.crossings}_crossings n={ROUNDS}"
        of_time = (each.rebuild / few.rebuild) / (each.crossings / few.crossings)
        print(
            f"S5_rebuild_of_{each.crossings} {each.rebuild:.1f} s ratio={of_time:.2f} a_crossing {beside}", flush=True
        )
        of_query = f"ratio={each.query / each.bare:.2f} against=bare_indexed_sum bare={each.bare:.1f}_ms n={QUERIES}"
        print(
            f"S7_p99_of_{each.crossings} {each.query:.1f} ms {of_query} grown={each.query / few.query:.2f}", flush=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="leave out what would take longer")
    chosen = parser.parse_args()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(tuple(sorted(chosen.events)), chosen.minutes, server))
        finally:
            server.stop()
