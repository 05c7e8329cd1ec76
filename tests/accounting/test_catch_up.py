"""R8: accounting was away while a register went on; it takes up all that waited, archived or not, killed on the way."""

import asyncio
from pathlib import Path

import asyncpg

from deploy.local.postgres import Server
from shared import outbox
from shared.db.engine import make_engine
from shared.testing.postgres import FreshDatabase
from shared.testing.process import api_process
from tests.bench.catch_up import TAKEN, fill
from tests.bench.country_feed import draw
from tests.bench.intake_memory import READ_ALREADY, intake_process

WAITING = 12_000
ROWS = 4_000
"""Of those that wait at first: the events before are in the archive."""
KILLED_AT = 2_000


async def test_what_waited_is_taken_up_whole(
    fresh_database: FreshDatabase, postgres_server: Server, tmp_path: Path
) -> None:
    portal, accounting = await fresh_database("portal"), await fresh_database("accounting")
    register = await asyncpg.connect(postgres_server.dsn(portal.name))
    figures = await asyncpg.connect(postgres_server.dsn(accounting.name))
    answers = draw(WAITING, 1, tmp_path).read_bytes().splitlines()
    early, late = answers[: len(answers) * 2 // 3], answers[len(answers) * 2 // 3 :]
    await fill(register, early)
    owner = make_engine(portal.owner_url)
    assert await outbox.archive(owner, ROWS) > KILLED_AT
    await owner.dispose()
    async with api_process("portal", portal, tmp_path) as api:
        async with intake_process(accounting, api.address, tmp_path) as intake:
            await _read(figures, KILLED_AT)
            intake.kill()
        newest = await fill(register, late)  # however fast it was: it has not read to the end
        async with intake_process(accounting, api.address, tmp_path):
            await _read(figures, newest)
    told = await register.fetchval("SELECT count(DISTINCT subject) FROM outbox_event")
    assert await figures.fetchval(TAKEN) == told
    assert await figures.fetchval("SELECT sum(seen) FROM source_state") == newest
    assert await figures.fetchval("SELECT count(*) FROM parked_event") == 0
    await register.close()
    await figures.close()


async def _read(figures: asyncpg.Connection, position: int) -> None:
    while await figures.fetchval(READ_ALREADY) < position:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
