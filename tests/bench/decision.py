"""L3: the decision on an application with 100 workers, from the request to the answer. Goal: under a second. Reference:
that on an application with one worker, in turn on the same durable server."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from statistics import median
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from shared import clock
from shared.db.engine import make_engine
from shared.db.migrate import upgrade
from shared.inbox import table as inbox
from shared.kernel.calendar import add_days
from shared.process import tune_gc
from shared.testing.people import person
from shared.testing.process import ApiProcess, api_process
from tests.bench.figures import ROUNDS

EMPLOYER, MANY, GOAL = "200340001008", 100, 1_000
APPLICATIONS = "/v1/work-permit-applications"
_numbers = count(1)


@dataclass
class Bench:
    """A running permits register with an employer and a quota, and its database."""

    api: ApiProcess
    client: httpx.AsyncClient
    database: Database

    async def put(self, path: str, body: dict[str, Any]) -> None:
        (await self.client.put(path, json=body)).raise_for_status()

    async def submit(self, workers: int) -> dict[str, Any]:
        body = application(workers, clock.today())
        submitted: dict[str, Any] = (await self.client.post(APPLICATIONS, json=body)).raise_for_status().json()
        return submitted

    async def decide(self, submitted: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{submitted["version"]}"'}
        answer = await self.client.post(f"{APPLICATIONS}/{submitted['id']}/decision", headers=headers)
        if answer.raise_for_status().json()["status"] != "granted":
            raise RuntimeError(f"not granted: {answer.text}")

    async def decision(self, workers: int) -> tuple[float, float]:
        """Milliseconds of a decision, by the clock and of the API's processor."""
        submitted = await self.submit(workers)
        begun, cpu = time.perf_counter(), self.api.cpu()
        await self.decide(submitted)
        return (time.perf_counter() - begun) * 1e3, (self.api.cpu() - cpu) * 1e3


def application(workers: int, today: date) -> dict[str, Any]:
    """Of specialists who work from today."""
    worker = {
        "category": "3",
        "occupation": "25",
        "wage": 300_000,
        "vacancy": {"code": "V-1", "published_on": add_days(today, -30).isoformat()},
        "valid_from": today.isoformat(),
        "valid_until": add_days(today, 300).isoformat(),
    }
    return {
        "source_id": f"BENCH-{next(_numbers)}",
        "employer_bin": EMPLOYER,
        "kind": "employer",
        "region": "75",
        "workers": [worker | {"person": person()} for _ in range(workers)],
    }


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """A durable server, and the migrated register as a process of its own."""
    with reachable_directory() as directory:
        server = Server(directory / "postgres", durable=True)
        server.start()
        try:
            database = await server.ensure_database("permits")
            await asyncio.to_thread(upgrade, "permits", database.owner_url)
            async with api_process("permits", database, directory / "issuer") as api:
                headers = api.token("permits-officer", "operator")
                async with httpx.AsyncClient(base_url=api.address, headers=headers, timeout=300) as client:
                    running = Bench(api, client, database)
                    await prepare(running)
                    yield running
        finally:
            server.stop()


async def prepare(running: Bench) -> None:
    """An employer with citizens enough, a quota of the year, and bans that are known to be complete."""
    today = clock.today()
    details = {"name": "Invented Systems LLP", "activity": "J", "region": "75"}
    await running.put(f"/v1/employers/{EMPLOYER}", details)
    await running.put(f"/v1/employers/{EMPLOYER}/staff/{today}", {"citizens": {"3": 900_000}})
    pools = [{"kind": "employer", "category": "3", "size": 20_000, **more} for more in ({}, {"region": "75"})]
    await running.put(f"/v1/quotas/{today.year}", {"act": "invented order", "pools": pools})
    engine = make_engine(running.database.app_url)
    async with engine.begin() as connection:
        await inbox.confirm(connection, "portal", datetime(2200, 1, 1, tzinfo=UTC))
    await engine.dispose()


async def main() -> None:
    tune_gc()
    async with bench() as running:
        await running.decision(1)
        many, cpu, ratios = [], [], []
        for _ in range(ROUNDS):
            reference, _ = await running.decision(1)
            took, used = await running.decision(MANY)
            many.append(took)
            cpu.append(used)
            ratios.append(took / reference)
        ratio = f"ratio={median(ratios):.2f} against=one_worker min={min(ratios):.2f} max={max(ratios):.2f}"
        print(
            f"L3_decision_{MANY}_workers {median(many):.0f} ms goal={GOAL} {ratio} cpu={median(cpu):.0f} ms n={ROUNDS}",
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
