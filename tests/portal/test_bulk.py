"""A hundred thousand crossings with one per cent of broken lines: flat memory, mended and sent again, nothing twice."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from services.portal.store.tables import border_crossing, outbox
from shared.db.engine import make_engine
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase
from shared.testing.process import ApiProcess, api_process

LINES = 100_000
BODY = crossing()
BROKEN = 100  # every so many lines
ROOM = 32 * 2**20
"""What the process may grow by between the thousandth and the last line: far less than the 50 MB of the input."""


def lines(first: int, last: int, *, broken: bool) -> Iterator[bytes]:
    for number in range(first, last):
        wrong = {"direction": "sideways"} if broken and number % BROKEN == 0 else {}
        yield orjson.dumps(BODY | {"source_id": f"BULK-{number:06d}"} | wrong) + b"\n"


async def send(api: ApiProcess, content: Iterator[bytes]) -> tuple[dict[str, int], str]:
    """Streams the lines, a thousand a chunk, and reads the answer as a stream too: summary and batch."""

    async def chunks() -> AsyncIterator[bytes]:
        while chunk := b"".join(line for _, line in zip(range(1_000), content, strict=False)):
            yield chunk

    url, headers = f"{api.address}/v1/border-crossings:batch", {"Content-Type": "application/x-ndjson"}
    async with (
        httpx.AsyncClient(timeout=300) as client,
        client.stream("POST", url, content=chunks(), headers=headers | api.token("border")) as answer,
    ):
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            last = line
        summary: dict[str, int] = orjson.loads(last)["summary"]
        return summary, answer.headers["Kosh-Batch"]


@pytest.mark.timeout(300)
async def test_a_large_batch_needs_no_more_memory_than_a_small_one_and_loses_nothing(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    database = await fresh_database("portal")
    async with api_process("portal", database, tmp_path / "issuer") as api:
        await send(api, lines(0, 5_000, broken=False))
        before = api.peak_memory()
        summary, batch = await send(api, lines(0, LINES, broken=True))
        grown = api.peak_memory() - before

        repeated = 5_000 - 5_000 // BROKEN
        rejected = LINES // BROKEN
        assert summary == {"created": LINES - rejected - repeated, "repeated": repeated, "rejected": rejected}
        assert grown < ROOM

        async with httpx.AsyncClient(base_url=api.address, headers=api.token("border"), timeout=60) as client:
            kept = (await client.get(f"/v1/border-crossings/rejects/{batch}")).content
        mended = [line.replace(b"sideways", b"entry") + b"\n" for line in kept.splitlines()]
        assert len(mended) == rejected
        taken, _ = await send(api, iter(mended))
        first_thousands = 5_000 // BROKEN
        assert taken == {"created": rejected - first_thousands, "repeated": first_thousands, "rejected": 0}

    engine = make_engine(database.app_url)
    async with engine.connect() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table)) for table in (border_crossing, outbox)
        ]
    await engine.dispose()
    assert counts == [LINES, LINES]
