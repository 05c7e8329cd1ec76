"""S8: places of the quota reserved per second by 64 clients, on one pool and on 100 pools. Reference: one bare UPDATE
with its condition per reservation, by the same clients and driver on the same durable PostgreSQL, in turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.permits.cases import quota_check
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store import quota
from shared.db.engine import make_engine
from shared.db.identifiers import new_id
from shared.db.migrate import upgrade
from shared.process import tune_gc
from tests.permits.places import YEAR, application

CLIENTS, EACH, ROUNDS, GOAL = 64, 25, 3, 0.5
PLENTY = 1_000_000
BARE = text("UPDATE bare SET free = free - 1 WHERE id = :id AND free > 0")

Reserve = Callable[[int], Awaitable[None]]


def slot(number: int) -> QuotaSlot:
    """Each is covered by the pool of its activity alone."""
    return QuotaSlot("employer", "3", "75", f"P{number}", "UZB")


async def prepare(engine: AsyncEngine, owner: AsyncEngine, pools: int) -> Reserve:
    """Sets so many pools; what reserves a place, as the decision on an application does."""
    lines = [Pool(new_id(), "employer", "3", None, slot(n).activity, PLENTY) for n in range(pools)]
    async with owner.begin() as connection:
        await connection.execute(text("TRUNCATE quota_pool, quota_place, quota_ledger"))
        await quota.replace(connection, YEAR, lines)
    owned = await application(engine)

    async def reserve(client: int) -> None:
        wanted = [slot(client % pools)]
        async with engine.begin() as connection:
            covering = await quota.lock_covering(connection, YEAR, wanted)
            await quota.reserve(connection, owned, YEAR, wanted, [new_id()], len(covering))

    return reserve


def bare(engine: AsyncEngine, pools: int) -> Reserve:
    async def update(client: int) -> None:
        async with engine.begin() as connection:
            await connection.execute(BARE, {"id": client % pools})

    return update


async def rate(reserve: Reserve) -> float:
    """Reservations per second."""

    async def client(number: int) -> None:
        for _ in range(EACH):
            await reserve(number)

    begun = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return CLIENTS * EACH / (time.perf_counter() - begun)


async def measure(engine: AsyncEngine, owner: AsyncEngine, pools: int) -> None:
    ours, reference = [], []
    reserve = await prepare(engine, owner, pools)
    for _ in range(ROUNDS):
        reference.append(await rate(bare(engine, pools)))
        ours.append(await rate(reserve))
    found, _ = await quota_check.imbalances(engine)
    if found:
        raise RuntimeError(f"the ledger does not balance: {found}")
    ratio = median(ours) / median(reference)
    print(
        f"S8_pools_{pools} {ratio:.2f} goal={GOAL} reservations={median(ours):.0f}/s bare={median(reference):.0f}/s"
        f" clients={CLIENTS} n={ROUNDS}",
        flush=True,
    )


async def main(server: Server) -> None:
    database = await server.ensure_database("permits")
    await asyncio.to_thread(upgrade, "permits", database.owner_url)
    engine, owner = make_engine(database.app_url, connections=CLIENTS), make_engine(database.owner_url)
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE bare (id int PRIMARY KEY, free int NOT NULL)"))
        await connection.execute(text("INSERT INTO bare SELECT n, 1000000 FROM generate_series(0, 99) n"))
        await connection.execute(text("GRANT SELECT, UPDATE ON bare TO PUBLIC"))
    for pools in (1, 100):
        await measure(engine, owner, pools)
    await engine.dispose()
    await owner.dispose()


if __name__ == "__main__":
    tune_gc()
    with reachable_directory() as directory:
        server = Server(directory / "postgres", durable=True)
        server.start()
        try:
            asyncio.run(main(server))
        finally:
            server.stop()
