"""The site, page by page, from the public process: what a first view weighs as it is sent, how many requests it makes,
how long the server takes against /health/live, and how soon a browser paints it against an empty answer. As a table
that docs/site.md can take. With `--address` of a running system, that one.
"""

import argparse
import asyncio
import os
import shutil
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import asyncpg
import httpx
import uvloop
from playwright.async_api import Browser, async_playwright

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import load
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.site.views import VIEWS
from shared.db.migrate import upgrade
from shared.testing.process import api_process
from tests.bench.country_feed import pages
from tests.bench.public_figures import CONTROL, seconds
from tests.bench.stored import store

EVENTS = 20_000
QUERIES, VISITS = 100, 5
LIVE: Final = "/health/live"
CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_DATA: Final = Path("services/accounting/data")
# Of a page that a new visitor opens: bytes as sent, with their headers; requests; milliseconds to the first paint.
_LOADED: Final = """
() => new Promise(done => new PerformanceObserver((seen) => {
  const paint = seen.getEntriesByName("first-contentful-paint")[0]?.startTime;
  if (paint === undefined) return;
  const loads = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const sent = loads.filter(each => each.name.startsWith(location.origin));
  done({ bytes: sent.reduce((sum, each) => sum + each.transferSize, 0), requests: sent.length, paint });
}).observe({ type: "paint", buffered: true }))
"""


class Visit(NamedTuple):
    """What a browser saw of a page."""

    bytes: int
    requests: int
    paint: float


async def visit(browser: Browser, address: str) -> Visit:
    """As somebody who has been nowhere before."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address, wait_until="load")
    loaded: dict[str, Any] = await page.evaluate(_LOADED)
    await context.close()
    return Visit(**loaded)


async def line(client: httpx.AsyncClient, browser: Browser, path: str) -> str:
    """A page, asked and visited in turn with `LIVE`: what else the machine does befalls both."""

    async def ask(path: str) -> None:
        (await client.get(path)).raise_for_status()

    asked = [(await seconds(partial(ask, LIVE)), await seconds(partial(ask, path))) for _ in range(QUERIES)]
    live, page = (median(each) for each in zip(*asked, strict=True))
    root = str(client.base_url).rstrip("/")
    visits = [(await visit(browser, root + LIVE), await visit(browser, root + path)) for _ in range(VISITS)]
    empty, painted = (median(each.paint for each in side) for side in zip(*visits, strict=True))
    seen = visits[0][1]
    ratios = f"{page / live:.1f} | {painted / empty:.1f}"
    return f"| {path} | {seen.bytes / 1e3:.1f} | {seen.requests} | {ratios} |"


async def table(address: str) -> None:
    """A line per page, the languages in turn."""
    async with httpx.AsyncClient(base_url=address) as client, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        print(f"| page | sent, KB | requests | server / {LIVE} | first paint / {LIVE} |\n|---|---|---|---|---|")
        for number, name in enumerate(("", "tour", *VIEWS)):
            path = f"/{LANGUAGES[number % len(LANGUAGES)]}/{name}"
            print(await line(client, browser, path), flush=True)
        await browser.close()


async def own(events: int, server: Server) -> None:
    """The same over a simulated country, with what others have published of the real one."""
    made = await server.ensure_database("accounting", name="site_pages_bench")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    connection = await asyncpg.connect(server.dsn(made.name))
    await store(connection, pages(events))
    url = made.owner_url.replace("+asyncpg", "")
    await rebuild(url, lambda _: None)
    for file in sorted(_DATA.glob("published_*.csv")):
        await load(url, [file], file.stem.upper(), lambda _: None)
    await cut_release(connection, CONTROL)
    await connection.close()
    with reachable_directory() as directory:
        async with api_process("accounting", made, directory, role="public") as public:
            await table(public.address)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--address", help="of a system that runs, such as http://127.0.0.1:8106")
    chosen = parser.parse_args()
    if chosen.address:
        uvloop.run(table(chosen.address))
    else:
        with reachable_directory() as directory:
            server = Server(directory / "postgres")
            server.start()
            try:
                uvloop.run(own(chosen.events, server))
            finally:
                server.stop()
