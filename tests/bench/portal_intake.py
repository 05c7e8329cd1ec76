"""S1: single intake writes over HTTP. S2: NDJSON batch intake. Both on a durable PostgreSQL of the bench's own."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import asyncpg
import httpx
import orjson

from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from shared.db.identifiers import new_id
from shared.db.migrate import upgrade
from shared.process import tune_gc
from shared.testing.people import crossing
from shared.testing.process import ApiProcess, api_process
from tests.bench.figures import compare
from tests.bench.load import post_all

SINGLE = 6_000
BATCH = 50_000
CONNECTIONS = 16
CLIENTS = 64

_serial = count(1)
_COLUMNS = ["id", "source_id", "version", "withdrawn", "body", "changed_at", "changed_by", "submitted"]
_COLUMNS += ["direction", "crossed_at", "document"]  # which the register finds people by
_OUTBOX = ["position", "type", "subject", "recordversion", "recordwithdrawn", "time", "data"]


@dataclass
class Bench:
    """A running portal and a bare pool beside it, on the same server."""

    api: ApiProcess
    token: dict[str, str]
    pool: asyncpg.Pool

    @property
    def port(self) -> int:
        return self.api.port

    async def single(self) -> float:
        bodies = [orjson.dumps(new_crossing()) for _ in range(SINGLE)]
        return await post_all(self.port, "/v1/border-crossings", self.token, bodies, CLIENTS)

    async def bare_single(self) -> float:
        rows = [_rows(new_crossing()) for _ in range(SINGLE)]
        started = time.perf_counter()
        await asyncio.gather(*(self._insert(rows[n::CONNECTIONS]) for n in range(CONNECTIONS)))
        return SINGLE / (time.perf_counter() - started)

    async def _insert(self, rows: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> None:
        async with self.pool.acquire() as connection:
            for record, event in rows:
                async with connection.transaction():
                    await connection.execute(_insert_into("bare_record", _COLUMNS), *record)
                    await connection.execute(_insert_into("bare_outbox", _OUTBOX), *event)

    async def batch(self, lines: int = BATCH) -> float:
        return (await self.send([orjson.dumps(new_crossing()) for _ in range(lines)], ":batch", "created"))[0]

    async def send(self, lines: Sequence[bytes], form: str, status: str) -> tuple[float, list[bytes]]:
        """Lines a second, and the answers. Raises where one of them did not come to this status."""
        body, started = b"\n".join(lines), time.perf_counter()
        async with httpx.AsyncClient(timeout=300) as client:
            url = f"http://127.0.0.1:{self.port}/v1/border-crossings{form}"
            headers = self.token | {"Content-Type": "application/x-ndjson"}
            answer = await client.post(url, content=body, headers=headers)
        took = time.perf_counter() - started
        *answers, last = answer.raise_for_status().content.splitlines()
        if (summary := orjson.loads(last)["summary"])[status] != len(lines):
            raise RuntimeError(f"not every line was taken: {summary}")
        return len(lines) / took, answers

    async def bare_batch(self) -> float:
        rows = [_rows(new_crossing()) for _ in range(BATCH)]
        started = time.perf_counter()
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.copy_records_to_table("bare_record", records=[r for r, _ in rows], columns=_COLUMNS)
            await connection.copy_records_to_table("bare_outbox", records=[e for _, e in rows], columns=_OUTBOX)
        return BATCH / (time.perf_counter() - started)


def new_crossing() -> dict[str, Any]:
    """Every other crossing is an exit, which has to be set against stays and duties."""
    number = next(_serial)
    return crossing(source_id=f"BENCH-{os.getpid()}-{number}", direction=("entry", "exit")[number % 2])


def _rows(body: dict[str, Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    from datetime import UTC, datetime

    now, text, id = datetime.now(UTC), orjson.dumps(body).decode(), new_id()
    document = f"UZB:{body['person']['document']['number']}"
    record = (
        id,
        body["source_id"],
        1,
        False,
        text,
        now,
        "bench",
        b"0123456789abcdef",
        body["direction"],
        now,
        document,
    )
    event = (next(_serial), "kz.kosh.portal.border_crossing.v1", str(id), 1, False, now, text)
    return record, event


def _insert_into(table: str, columns: Sequence[str]) -> str:
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """A durable server, the migrated portal as a process of its own, and bare tables of the same shape."""
    with reachable_directory() as directory:
        server = Server(directory / "postgres", durable=True)
        server.start()
        try:
            database = await server.ensure_database("portal")
            await asyncio.to_thread(upgrade, "portal", database.owner_url)
            async with _pool(database) as pool, api_process("portal", database, directory / "issuer") as api:
                yield Bench(api, api.token("border"), pool)
        finally:
            server.stop()


@asynccontextmanager
async def _pool(database: Database) -> AsyncIterator[asyncpg.Pool]:
    url = database.owner_url.replace("+asyncpg", "")
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute("CREATE TABLE bare_record (LIKE border_crossing INCLUDING INDEXES)")
        await pool.execute("CREATE TABLE bare_outbox (LIKE outbox INCLUDING INDEXES)")
        yield pool


async def main() -> None:
    tune_gc()  # as the portal does: both sides alike
    async with bench() as running:
        await compare("S1_single_intake", "requests/s", running.single, running.bare_single, "bare_asyncpg_16")
        await compare("S2_batch_intake", "records/s", running.batch, running.bare_batch, "asyncpg_copy")
    await memory()


async def memory() -> None:
    """S2's other half: the most that the process has held after ten times as many lines, beside a tenth of them."""
    async with bench() as running:
        await running.batch(10_000)
        few = running.api.peak_memory()
        await running.batch(100_000)
        many = running.api.peak_memory()
    print(f"S2_peak_memory {many / 2**20:.0f} MiB ratio={many / few:.2f} against=10000_lines n=1", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
