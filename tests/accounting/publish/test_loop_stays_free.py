"""However heavy a question about figures is, the process goes on answering others: its event loop is never held."""

import asyncio
import gc
import time
from collections.abc import Iterator

import httpx
import pytest

from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.publish.sdmx.query import parse
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.world import World

MOST = 0.25
"""Share of a question's work that the loop may do in one stretch; it was 0.7 to 0.9."""

_FILLED = """
INSERT INTO derived.cube
SELECT ((612 + n % 36)::bigint << 52) | ((1 + n / 36 % 2)::bigint << 48) | ((10 + n / 72 % 17)::bigint << 41)
    | ((1 + n / 1224 % 97)::bigint << 26) | ((1 + n % 89)::bigint << 11) | ((n % 3)::bigint << 9)
    | ((n % 19)::bigint << 4) | (n % 11)::bigint, 1
FROM generate_series(1, $1::int) AS n ON CONFLICT DO NOTHING
"""
"""Cells of 2021 to 2023 in which nearly every crossing lies alone."""

HEAVY = {
    "more than an answer holds": "A+Q+M.IMM+EMI+NET.M1216......",
    "more than an answer holds in one year": "A.IMM+EMI+NET.M1216......",
    "as much as an answer holds": "A+M.IMM.M1216..._T._T._T._T",
}


@pytest.fixture
async def large(api: Api, written: Accounting) -> Api:
    await written.take(World(3, people=1).stream())
    await written.connection.execute(_FILLED, 60_000)
    await written.connection.execute("ANALYZE derived.cube")
    warm = await api.client.get(
        "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T", headers=api.token("statistician")
    )
    assert warm.status_code == 200, "code lists are read once, at the first question"
    return api


@pytest.fixture(autouse=True)
def _own_garbage() -> Iterator[None]:
    """The services freeze what they have loaded (tune_gc): else a collection of all that other tests of this process
    have left, seconds of it, would be counted as the question's work."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("key", HEAVY.values(), ids=HEAVY)
async def test_others_are_answered_beside_the_heaviest_question(large: Api, key: str) -> None:
    asking = large.client.get(
        f"/sdmx/v1/data/DF_FLOW/{key}?format=csv", headers=large.token("statistician"), timeout=None
    )
    begun = time.process_time()
    answer, stretches = await _beside(large.client, asyncio.ensure_future(asking))
    spent = time.process_time() - begun
    assert answer.status_code in (200, 413), answer.text
    assert max(stretches) <= max(MOST * spent, 0.05), "the loop's thread worked that long without answering others"


async def _beside(
    client: httpx.AsyncClient, asked: "asyncio.Future[httpx.Response]"
) -> tuple[httpx.Response, list[float]]:
    """The answer, and the seconds of its own work that the loop's thread did between two answers to others: work of
    other threads, the database's, and that of the machine's other users do not count."""
    stretches = []
    while not asked.done():
        begun = time.thread_time()
        await asyncio.wait([asked], timeout=0.001)
        assert (await client.get("/health/live")).status_code == 200
        stretches.append(time.thread_time() - begun)
    return asked.result(), stretches


async def test_a_series_reads_its_own_range_of_the_cube(large: Api, written: Accounting) -> None:
    """Counted by PostgreSQL itself, within one transaction: cells of other months and kinds are not touched."""
    query = parse("DF_FLOW", "A.IMM_FINAL.M1216.KZ._T._T._T._T._T", {"startPeriod": "2022", "endPeriod": "2022"}).query
    cells = "SELECT count(*) FROM derived.cube WHERE (cell >> 52) / 12 = 52 AND cell >> 48 & 15 IN (1, 3)"
    async with written.connection.transaction():
        before = await written.connection.fetchval(_TOUCHED)
        (figure,) = await flow_figures(written.connection, query, 10)
        touched = await written.connection.fetchval(_TOUCHED) - before
    assert touched == await written.connection.fetchval(cells) > 9_000
    assert figure.value == await written.connection.fetchval(f"{cells} AND cell >> 48 & 15 = 1")


_TOUCHED = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'cube'"
