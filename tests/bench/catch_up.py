"""R8: accounting was away while a day's events came in; how fast it takes them up, from a real register's feed.

200,000 events wait in the portal's outbox (`--events`); a real API hands them out and a real intake takes them.
Against the bare consumer of S3, which has the same events ready in memory. It fails where what was taken is not exactly
what the outbox holds.
"""

import argparse
import asyncio
import time
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import uvloop

from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from shared.db.migrate import upgrade
from shared.testing.process import api_process
from tests.bench.accounting_intake import bare
from tests.bench.country_feed import pages
from tests.bench.figures import line
from tests.bench.intake_memory import READ_ALREADY, intake_process

EVENTS = 200_000
COLUMNS = ("type", "subject", "recordversion", "recordwithdrawn", "time", "data")
TAKEN = "SELECT count(*) FROM (SELECT FROM linkage.crossing UNION ALL SELECT FROM linkage.register_fact) taken"


async def fill(connection: asyncpg.Connection, answers: list[bytes]) -> int:
    """Puts the events of `answers` into the outbox, a page to a transaction, as commits of a day would; how many."""
    for answer in answers:
        rows = [_row(event) for event in orjson.loads(answer)]
        await connection.copy_records_to_table("outbox", records=rows, columns=COLUMNS)
    return int(await connection.fetchval("SELECT max(position) FROM outbox"))


def _row(event: dict[str, Any]) -> tuple[Any, ...]:
    told = (event["type"], event["subject"], event["recordversion"], event["recordwithdrawn"])
    return (*told, datetime.fromisoformat(event["time"]), orjson.dumps(event["data"]).decode())


async def caught_up(connection: asyncpg.Connection, newest: int) -> float:
    """Events a second from the first that is read to the last that waits."""
    first: tuple[float, int] | None = None
    while (at := await connection.fetchval(READ_ALREADY)) < newest:
        if at and first is None:
            first = time.perf_counter(), at
        await asyncio.sleep(0.05)
    if first is None:
        raise SystemExit("all was read before anybody looked: let more events wait")
    return (newest - first[1]) / (time.perf_counter() - first[0])


async def main(events: int, server: Server) -> None:
    answers = list(pages(events))
    portal, accounting = await databases(server)
    filled = await asyncpg.connect(server.dsn(portal.name))
    read = await asyncpg.connect(server.dsn(accounting.name))
    newest = await fill(filled, answers)
    reference = newest / (await bare(server.dsn(accounting.name), answers))[-1]
    with reachable_directory() as directory:
        keys = directory / "issuer"
        async with api_process("portal", portal, keys) as api, intake_process(accounting, api.address, keys):
            rate = await caught_up(read, newest)
    told = await filled.fetchval("SELECT count(DISTINCT subject) FROM outbox")
    if (taken := await read.fetchval(TAKEN)) != told:
        raise SystemExit(f"{told} records waited and {taken} were taken")
    print(line("catch_up", [rate], "events/s", [rate / reference], "bare_consumer"), flush=True)
    await filled.close()
    await read.close()


async def databases(server: Server) -> tuple[Database, Database]:
    """Empty ones of the portal and of accounting, at this version."""
    made = [await server.ensure_database(service) for service in ("portal", "accounting")]
    for service, database in zip(("portal", "accounting"), made, strict=True):
        await asyncio.to_thread(upgrade, service, database.owner_url)
    return made[0], made[1]


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
