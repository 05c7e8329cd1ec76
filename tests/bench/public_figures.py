"""S11: what everybody reads, from the public process: the first page and SDMX as kept, a 304, against /health/live.

Beside it: what a crowd of strangers costs the inner API, and what a release with its cubes and keys costs to cut,
against the rebuild of the same crossings.
"""

import argparse
import asyncio
import os
import sys
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
from shared.testing.process import ApiProcess, api_process
from tests.bench.country_feed import pages
from tests.bench.load import asking
from tests.bench.stored import SECRET, store

EVENTS = 1_400_000
QUERIES = 400
STRANGERS = 16
BEHIND = 5  # by how much the public process' priority is lower
SETTLED = 3.0  # seconds until all strangers ask
CONTROL = Control(SecretStr("the disclosure secret of a bench"))
SERIES = "/sdmx/v1/data/DF_FLOW/A.IMM+EMI+NET.M1216.KZ._T._T._T._T._T?format=csv"
EXACT = "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T"


async def seconds(run: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await run()
    return time.perf_counter() - begun


async def typical(port: int, path: str, headers: dict[str, str]) -> float:
    """The median of a request, in milliseconds."""
    async with asking(port, path, {"Accept-Encoding": "gzip", **headers}) as ask:
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
        ):
            await kept(public)
            await beside_a_crowd(public, inner)


async def kept(public: ApiProcess) -> None:
    """What is kept, and what the reader holds already, against an answer that reads nothing."""
    live = await typical(public.port, "/health/live", {})
    async with httpx.AsyncClient(base_url=public.address) as reader:
        page = await reader.get("/kk/", headers={"Accept-Encoding": "gzip", "Host": "localhost"})
    tag = {"If-None-Match": page.headers["etag"]}
    for name, path, headers in (("page", "/kk/", {}), ("sdmx", SERIES, {}), ("304", "/kk/", tag)):
        took = await typical(public.port, path, headers)
        print(f"S11_{name} {took:.2f} ms ratio={took / live:.2f} against=health_live n={QUERIES}", flush=True)


async def beside_a_crowd(public: ApiProcess, inner: ApiProcess) -> None:
    """What strangers cost whom the inner API serves, who go first (compose: cpu_shares). The strangers stand for other
    machines, on this one: they take what it leaves them."""
    exact = inner.token("statistician")
    quiet = await typical(inner.port, EXACT, exact)
    os.setpriority(os.PRIO_PROCESS, public.pid, BEHIND)
    command = (sys.executable, "-m", "tests.bench.public_figures", "--crowd", public.address)
    crowd = await asyncio.create_subprocess_exec("nice", "-n", str(2 * BEHIND), *command)
    try:
        await asyncio.sleep(SETTLED)
        begun, used = time.perf_counter(), public.cpu()
        busy = await typical(inner.port, EXACT, exact)
        share = (public.cpu() - used) / (time.perf_counter() - begun)
    finally:
        crowd.terminate()
        await crowd.wait()
    told = f"ratio={busy / quiet:.2f} against=quiet n={QUERIES} public_process={share:.0%}_of_a_processor"
    print(f"crowd_of_{STRANGERS} {busy:.2f} ms {told}", flush=True)


async def crowd(address: str) -> None:
    await asyncio.gather(*(ask_on(address) for _ in range(STRANGERS)))


async def ask_on(address: str) -> None:
    """A stranger who asks without end, each time for another series."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        while True:
            for path in ("/ru/", SERIES, f"{SERIES}&startPeriod={2000 + time.monotonic_ns() % 25}"):
                await client.get(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--crowd", metavar="ADDRESS", help="be the strangers who ask there, until ended")
    chosen = parser.parse_args()
    if chosen.crowd:
        uvloop.run(crowd(chosen.crowd))
        sys.exit()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen.events, server))
        finally:
            server.stop()
