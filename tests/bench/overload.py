"""R9: 300 clients ask for three times what the portal sustains, for a minute. What is taken is there, what is not is
told when to come again, memory is bounded, a quiet client is served beside them, and all is as before within seconds.

With `--subjects 300` each client has an identity of its own, else all are one and the quiet one another. The rate that
is sustained, the memory at rest and the quiet client's time are measured in the same run. It fails where an answer is
neither 201 nor 429 or 503 with Retry-After, where a connection breaks, or where the register does not hold exactly
what was acknowledged.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import quantiles

import orjson
import uvloop

from deploy.local import issuer
from shared.process import tune_gc
from tests.bench.load import post_all
from tests.bench.portal_intake import Bench, bench, new_crossing

CLIENTS = 300
SUSTAINED_BY = 128  # connections: as many as one client may have running, and more than the database takes at a time
TIMES = 3  # what is sustained
SECONDS = 60
WARM_UP, SUSTAINED = 2_000, 12_000  # records before it is measured, and by which it is
PAUSE = 0.02  # seconds between two requests of the quiet client
REST = 5.0  # seconds in which the quiet client's time at rest is measured
RECOVERY = 30.0  # seconds in which it must be back
PATH = "/v1/border-crossings"


@dataclass
class Told:
    """Answers by status, their times in seconds, and what no answer may be."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: list[tuple[float, float]] = field(default_factory=list)  # when it was answered, how long that took; of 201s
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def taken(self) -> int:
        return self.statuses[201]

    @property
    def asked(self) -> int:
        return self.statuses.total()

    def p99(self, since: float = 0.0, until: float = float("inf")) -> float:
        """Seconds, of what was taken in between; without end where too few were."""
        times = [took for at, took in self.times if since <= at < until]
        return quantiles(times, n=100)[98] if len(times) > 1 else float("inf")


class Client:
    """One connection, opened again where the server closes it between two requests."""

    def __init__(self, running: Bench, subject: str, told: Told) -> None:
        token = issuer.mint(running.api.keys, "border", subject=subject)
        self._head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        self._head += f"Authorization: Bearer {token}\r\nContent-Length: "
        self._port, self._told = running.port, told
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> bool:
        """Whether it was taken."""
        begun = time.perf_counter()
        try:
            head = await self._ask(body)
        except (OSError, EOFError) as fault:
            self._told.faults[type(fault).__name__] += 1
            await self.close()
            return False
        status, ended = int(head[9:12]), time.perf_counter()
        self._told.statuses[status] += 1
        if status == 201:
            self._told.times.append((ended, ended - begun))
        elif status not in (429, 503) or b"\r\nretry-after: " not in head:
            self._told.faults[head.partition(b"\r\n")[0].decode()] += 1
        if b"\r\nconnection: close" in head:
            await self.close()
        return status == 201

    async def _ask(self, body: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.index(b"content-length: ") + 16
        await reader.readexactly(int(head[length : head.index(b"\r\n", length)]))
        return head

    async def close(self) -> None:
        if self._streams is not None:
            writer, self._streams = self._streams[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def flood(running: Bench, rate: float, seconds: float, subjects: int, bodies: list[bytes]) -> Told:
    """`rate` requests a second by CLIENTS connections, each at times of its own; what is refused is sent again."""
    told, started = Told(), time.perf_counter()
    period = CLIENTS / rate

    async def one(number: int) -> None:
        client = Client(running, f"loud-{number % subjects}", told)
        due = started + period * number / CLIENTS
        while due < started + seconds and time.perf_counter() < started + seconds:
            await asyncio.sleep(due - time.perf_counter())
            body = bodies.pop() if bodies else orjson.dumps(new_crossing())
            if not await client.post(body):
                bodies.append(body)
            due += period
        await client.close()

    await asyncio.gather(*map(one, range(CLIENTS)))
    return told


async def quiet(running: Bench, told: Told, until: asyncio.Event) -> None:
    """One request after the other, with pauses."""
    client = Client(running, "quiet", told)
    while not until.is_set():
        await client.post(orjson.dumps(new_crossing()))
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), PAUSE)
    await client.close()


def back_after(told: Told, ended: float, at_rest: float) -> float:
    """Seconds from the end of the load until a second began whose p99 is at most twice that at rest."""
    for tenth in range(int(RECOVERY) * 10):
        since = ended + tenth / 10
        if told.p99(since, since + 1) <= 2 * at_rest:
            return tenth / 10
    return float("inf")


async def measure(running: Bench, seconds: float, subjects: int) -> list[str]:
    """Prints the lines. Gives what must not be."""
    idle = running.api.resident_memory()
    for number in (WARM_UP, SUSTAINED):
        bodies = [orjson.dumps(new_crossing()) for _ in range(number)]
        sustained = await post_all(running.port, PATH, running.token, bodies, SUSTAINED_BY)
    before, ended = Told(), asyncio.Event()
    asking = asyncio.create_task(quiet(running, before, ended))
    await asyncio.sleep(REST)
    ended.set()
    await asking

    bodies = [orjson.dumps(new_crossing()) for _ in range(int(sustained * seconds))]
    beside, ended, begun = Told(), asyncio.Event(), time.perf_counter()
    asking = asyncio.create_task(quiet(running, beside, ended))
    loud = await flood(running, TIMES * sustained, seconds, subjects, bodies)
    over = time.perf_counter()
    await asyncio.sleep(REST)
    ended.set()
    await asking

    took = over - begun
    named = f"clients={CLIENTS} subjects={subjects} asked={loud.asked / took / sustained:.1f}"
    rate, peak = loud.taken / took, running.api.peak_memory()
    print(
        f"R9_goodput {rate:.0f} records/s ratio={rate / sustained:.2f} against=sustained {named}_times n=1", flush=True
    )
    p99 = f"p99={loud.p99() * 1e3:.0f} ms refused={loud.asked - loud.taken} taken={loud.taken}"
    print(f"R9_peak_memory {peak / 2**20:.0f} MiB ratio={peak / idle:.2f} against=at_rest {p99}", flush=True)
    during = Counter(status for status in beside.statuses.elements() if status != 201)
    waited, usual = beside.p99(begun, over), before.p99()
    asked = f"asked={beside.asked} refused={dict(during)}"
    print(f"R9_quiet_client {waited * 1e3:.0f} ms_p99 ratio={waited / usual:.1f} against=at_rest {asked}", flush=True)
    back = back_after(beside, over, usual)
    print(f"R9_recovery {back:.1f} s against=twice_the_p99_at_rest={usual * 1e3:.1f}_ms n=1", flush=True)

    acknowledged = WARM_UP + SUSTAINED + before.taken + beside.taken + loud.taken
    return await faults(running, acknowledged, (before, beside, loud))


async def faults(running: Bench, acknowledged: int, told: Sequence[Told]) -> list[str]:
    records = await running.pool.fetchval("SELECT count(*) FROM border_crossing")
    events = await running.pool.fetchval("SELECT count(*) FROM outbox WHERE type LIKE '%.border_crossing.%'")
    found = [f"{number} times {fault}" for each in told for fault, number in each.faults.items()]
    if not records == events == acknowledged:
        found.append(f"{acknowledged} acknowledged, {records} on record, {events} published")
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--subjects", type=int, default=1)
    asked = parser.parse_args()
    async with bench() as running:
        if found := await measure(running, asked.seconds, asked.subjects):
            raise SystemExit(f"R9: {'; '.join(found)}")


if __name__ == "__main__":
    tune_gc()
    uvloop.run(main())
