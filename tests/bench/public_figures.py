"""S11: what everybody reads, from the public process: the first page and SDMX as kept, a 304, against /health/live.

Beside it: what a crowd of strangers costs the inner API, and what a release with its cubes and keys costs to cut,
against the rebuild of the same crossings.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from statistics import median

import asyncpg
import httpx
import uvloop
from pydantic import SecretStr

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.releases.controlled import Control
from services.accounting.cases.releases.cut import cut_release
from services.accounting.store.releases import record_keys
from shared.db.migrate import upgrade
from shared.testing.process import api_process
from tests.bench.country_feed import pages
from tests.bench.stored import SECRET, store

EVENTS = 1_400_000
QUERIES = 400
STRANGERS = 16
CONTROL = Control(SecretStr("the disclosure secret of a bench"))
SERIES = "/sdmx/v1/data/DF_FLOW/A.IMM+EMI+NET.M1216.KZ._T._T._T._T._T?format=csv"
EXACT = "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T"


async def seconds(run: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await run()
    return time.perf_counter() - begun


async def typical(client: httpx.AsyncClient, path: str, headers: dict[str, str], status: int = 200) -> float:
    """The median of a request, in milliseconds."""

    async def ask() -> None:
        answer = await client.get(path, headers=headers)
        if answer.status_code != status:
            raise RuntimeError(f"{path}: {answer.status_code}")

    for _ in range(QUERIES // 10):  # warm
        await ask()
    return 1e3 * median([await seconds(ask) for _ in range(QUERIES)])


async def cut(connection: asyncpg.Connection, crossings: int, rebuilt: float) -> None:
    async def keys() -> None:
        transaction = connection.transaction()
        await transaction.start()
        await record_keys.make(connection, CONTROL.secret.get_secret_value().encode())
        await transaction.rollback()

    of_keys = await seconds(keys)
    begun = time.perf_counter()
    made = await cut_release(connection, CONTROL)
    whole = time.perf_counter() - begun
    print(f"cut_of_{crossings} {whole:.1f} s keys={of_keys:.1f}_s figures={made.shown} against=rebuild_{rebuilt:.1f}_s")


async def main(events: int, server: Server) -> None:
    made = await server.ensure_database("accounting", name="public_figures_bench")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    connection = await asyncpg.connect(server.dsn(made.name))
    crossings = await store(connection, pages(events))
    rebuilt = await seconds(lambda: rebuild(made.owner_url.replace("+asyncpg", ""), lambda _: None))
    await cut(connection, crossings, rebuilt)
    await connection.close()
    with reachable_directory() as directory:
        os.environ |= {
            "KOSH_ACCOUNTING_IDENTITY_SECRET": SECRET.decode(),
            "KOSH_FEED_PORTAL_URL": "http://127.0.0.1:1",  # which an API names and does not read
        }
        async with (
            api_process("accounting", made, directory, role="public") as public,
            api_process("accounting", made, directory) as inner,
            httpx.AsyncClient(base_url=public.address) as stranger,
            httpx.AsyncClient(base_url=inner.address) as statistician,
        ):
            live = await typical(stranger, "/health/live", {})
            tag = {"If-None-Match": (await stranger.get("/kk/")).headers["etag"]}
            for name, path, headers, status in (
                ("page", "/kk/", {}, 200), ("sdmx", SERIES, {}, 200), ("304", "/kk/", tag, 304),
            ):  # fmt: skip
                took = await typical(stranger, path, headers, status)
                print(f"S11_{name} {took:.2f} ms ratio={took / live:.2f} against=health_live n={QUERIES}", flush=True)
            exact = inner.token("statistician")
            quiet = await typical(statistician, EXACT, exact)
            crowd = [asyncio.create_task(ask_on(public.address)) for _ in range(STRANGERS)]
            busy = await typical(statistician, EXACT, exact)
            for each in crowd:
                each.cancel()
            await asyncio.gather(*crowd, return_exceptions=True)
            print(f"crowd_of_{STRANGERS} {busy:.2f} ms ratio={busy / quiet:.2f} against=quiet n={QUERIES}", flush=True)


async def ask_on(address: str) -> None:
    """A stranger who asks without end, each time for another series."""
    async with httpx.AsyncClient(base_url=address) as client:
        while True:
            for path in ("/ru/", SERIES, f"{SERIES}&startPeriod={2000 + time.monotonic_ns() % 25}"):
                await client.get(path)


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
