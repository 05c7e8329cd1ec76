"""S6: from the 201 of a record to the commit of the figures that contain it, at 200 records a second.

A real portal takes single crossings of a simulated country at that rate (open loop: a late answer delays no other), a
real intake reads its feed. It fails where not every record that was answered was counted.
"""

import argparse
import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Iterator
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

import asyncpg
import orjson
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from shared.events.portal import BorderCrossing
from shared.testing.process import ApiProcess, api_process
from tests.bench.catch_up import databases
from tests.bench.country_feed import stream
from tests.bench.figures import line
from tests.bench.intake_memory import READ_ALREADY, intake_process

RATE = 200
SECONDS = 30
WARM = 3  # seconds before it is measured
CONNECTIONS = 32
LOOK = 0.005  # seconds between two looks at how far the figures are
PATIENCE = 60.0
PATH = "/v1/border-crossings"
NEWEST = "SELECT max(position) FROM outbox"

Seen = list[tuple[float, int]]  # at which time which position was reached, rising


class Sender:
    """Sends a record whenever one is due, and notes when its answer came."""

    def __init__(self, api: ApiProcess, bodies: Iterator[bytes]) -> None:
        self._port, self._bodies = api.port, bodies
        named = api.token("border")["Authorization"]
        self._head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: {named}\r\n"
        self.answered: dict[str, float] = {}

    async def send(self, rate: int, seconds: int) -> None:
        due = iter(range(rate * seconds))
        begun = time.perf_counter()
        await asyncio.gather(*(self._work(due, begun, rate) for _ in range(CONNECTIONS)))

    async def _work(self, due: Any, begun: float, rate: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for number in due:
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            body = next(self._bodies)
            writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 201"):
                raise SystemExit(head.split(b"\r\n")[0].decode())
            at = head.lower().index(b"content-length: ") + 16
            answer = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
            self.answered[orjson.loads(answer)["id"]] = time.perf_counter()
        writer.close()


def crossings(count: int) -> Iterator[bytes]:
    """So many crossings of a country as their register first writes them, each once."""
    first = (
        event for event in stream(count * 2) if event["type"] == BorderCrossing.TYPE and event["recordversion"] == 1
    )
    once = {event["subject"]: orjson.dumps(event["data"]) for event in islice(first, int(count * 1.1))}
    return islice(once.values(), count)


async def _watch(reached: Callable[[], Coroutine[Any, Any, int]], seen: Seen) -> None:
    """Notes each rise, until cancelled."""
    while True:
        position = await reached()
        if not seen or position > seen[-1][1]:
            seen.append((time.perf_counter(), position))
        await asyncio.sleep(LOOK)


async def _reach(newest: int, reached: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Until the intake has begun and is where the register is: how long it takes to start is not what is measured."""
    while await reached() < newest:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def main(rate: int, seconds: int, server: Server, directory: Path) -> None:
    bodies = crossings(rate * (seconds + WARM))
    portal, accounting = await databases(server)
    async with (
        asyncpg.create_pool(server.dsn(portal.name), min_size=1, max_size=2) as register,
        asyncpg.create_pool(server.dsn(accounting.name), min_size=1, max_size=2) as figures,
        api_process("portal", portal, directory / "issuer") as api,
        intake_process(accounting, api.address, directory / "issuer"),
    ):
        await Sender(api, bodies).send(rate, WARM)
        await _reach(await register.fetchval(NEWEST), lambda: figures.fetchval(READ_ALREADY))
        sender = Sender(api, bodies)
        counted: Seen = []
        watching = asyncio.create_task(_watch(lambda: figures.fetchval(READ_ALREADY), counted))
        await sender.send(rate, seconds)
        rows = await register.fetch("SELECT position, subject FROM outbox ORDER BY position")
        until = time.monotonic() + PATIENCE
        while not counted or counted[-1][1] < rows[-1]["position"]:
            if time.monotonic() > until:
                raise SystemExit("not every record that was answered was counted")
            await asyncio.sleep(0.1)
        watching.cancel()
    waited = _waited(sender.answered, {row["subject"]: row["position"] for row in rows}, counted)
    cuts = quantiles(waited, n=100)
    values = f"p50={cuts[49]:.2f} p99={cuts[98]:.2f} max={max(waited):.2f}"
    print(line("freshness_p99", [cuts[98] * 1_000], "ms", [cuts[98] / 2.0], "goal_2_s"), values, f"n={len(waited)}")


def _waited(answered: dict[str, float], positions: dict[str, int], counted: Seen) -> list[float]:
    """Seconds from each answer to the first look that found it counted; none where that was before."""
    reached = [position for _, position in counted]
    return [max(0.0, counted[bisect_left(reached, positions[subject])][0] - at) for subject, at in answered.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    chosen = parser.parse_args()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen.rate, chosen.seconds, server, directory))
        finally:
            server.stop()
