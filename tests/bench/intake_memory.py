"""Accounting's intake over a long stream: the most memory that its process has held after 10,000, 100,000 and 300,000
events. The process is the real one; its feed hands out a simulated country, each document under another name.
"""

import argparse
import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import uvicorn
import uvloop
from fastapi import FastAPI, Response

from deploy.local import issuer
from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from shared.db.migrate import upgrade
from shared.testing.process import peak_memory
from tests.bench.country_feed import stream

STEPS = (10_000, 100_000, 300_000)
READ_ALREADY = "SELECT coalesce(max(position), 0) FROM source_position"


class MadeFeed:
    """A register's feed of so many events, read once from its beginning; positions count from 1."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._coming = islice(stream(int(events * 1.1)), events)  # how many a country brings is no exact number
        self._told: tuple[int, list[dict[str, Any]]] = (0, [])  # the last answer, and after which position

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/v1/events", self.after)
        app.add_api_route("/v1/events/newest", lambda: {"position": self._events, "relayed": 0, "epochs": []})
        return app

    async def after(self, after: int, limit: int, wait: float) -> Response:
        if after >= self._events:
            await asyncio.sleep(min(wait, 1))
            return _answer([], after)
        if after != self._told[0] or not self._told[1]:
            self._told = (after, self._next(limit))
        return _answer(self._told[1], after)

    def _next(self, limit: int) -> list[dict[str, Any]]:
        return list(map(_named, islice(self._coming, limit)))


def _answer(events: list[dict[str, Any]], after: int) -> Response:
    reached = events[-1]["position"] if events else after
    return Response(orjson.dumps(events), headers={"Kosh-Position": str(reached)})


def _named(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a name that only its document has: what the intake remembers of names grows with them."""
    person = event["data"].get("person")
    if not person or not person["document"]:
        return event
    letters = "".join(chr(ord("A") + int(each)) if each.isdigit() else each for each in person["document"]["number"])
    return event | {"data": event["data"] | {"person": person | {"surname": f"KARIM{letters}"}}}


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[str]:
    """`app` behind uvicorn on a free port; its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def intake_process(database: Database, feed: str, directory: Path) -> AsyncIterator[Process]:
    """`python -m services.accounting intake` on the feed of a portal at that address, until the block ends."""
    issuer.ensure_issuer(directory)
    token = directory / "token"
    token.write_text(issuer.mint(directory, "system", client_id="kosh-accounting", ttl=timedelta(days=1)))
    environment = {
        **os.environ,
        **issuer.environment(directory),
        **database.settings("accounting"),
        "KOSH_FEED_PORTAL_URL": feed,
        "KOSH_ACCOUNTING_SYSTEM_TOKEN_FILE": str(token),
        "KOSH_ACCOUNTING_PORT": "1",  # an intake serves nothing
        "KOSH_ACCOUNTING_IDENTITY_SECRET": "the secret of a bench",
        "KOSH_ACCOUNTING_DISCLOSURE_SECRET": "the disclosure secret of a bench",
        "KOSH_ACCOUNTING_AUDIT_ANCHORS": str(directory / "anchors"),
        "KOSH_LOG_LEVEL": "WARNING",
    }
    command = (sys.executable, "-m", "services.accounting", "intake")
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def main(steps: tuple[int, ...], server: Server, directory: Path) -> None:
    made = await server.ensure_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    connection = await asyncpg.connect(server.dsn(made.name))
    peaks: list[float] = []
    async with (
        _serving(MadeFeed(steps[-1]).app()) as feed,
        intake_process(made, feed, directory / "issuer") as process,
    ):
        for step in steps:
            while await connection.fetchval(READ_ALREADY) < step:
                if process.returncode is not None:
                    raise RuntimeError("the intake has ended")
                await asyncio.sleep(0.1)
            peaks.append(peak_memory(process.pid) / 2**20)
            told = f"ratio={peaks[-1] / peaks[0]:.2f} against={steps[0]}_events n=1"
            print(f"intake_RSS_after_{step}_events {peaks[-1]:.0f} MiB {told}", flush=True)
    await connection.close()


def _read_steps() -> Iterator[int]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=STEPS)
    yield from sorted(parser.parse_args().events)


if __name__ == "__main__":
    chosen = tuple(_read_steps())
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen, server, directory))
        finally:
            server.stop()
