"""The intake is frozen in the middle of its work: the next one takes over, and the one that wakes up steps back, loses
no event and counts none twice."""

import asyncio
from pathlib import Path

import orjson
import pytest

from services.accounting.store import lock
from tests.accounting.conftest import Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import Register, impatient, read_to, running
from tests.accounting.world import World
from tests.frozen import frozen, thaw, until_said

__all__ = ["impatient"]

PROGRAM = """
import asyncio, logging, sys
from pathlib import Path
import orjson
from services.accounting.intake import run as intake
from services.accounting.store import lock, sources
from shared.db import session
from shared.process import Telemetry
from tests.accounting.conftest import HASHES
from tests.accounting.test_intake import Register

session.AT_WORK, session.LEASE = "200ms", "300ms"
intake.RETRY, intake.HOUSEKEEPING, lock.PATIENCE = 0.05, 0.05, 0.05
where, address, events = sys.argv[1:]
logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
logging.getLogger("httpx").setLevel(logging.WARNING)
held = []

def hold():
    held.append(where)
    print("held", flush=True)
    sys.stdin.readline()

source = Register(orjson.loads(Path(events).read_bytes())).source()
read, note = source.read, sources.note

async def reading(positions, *more):
    found = await read(positions, *more)
    if where == "reading" and positions and not held:
        hold()
    return found

async def noting(connection, *more, **told):
    await note(connection, *more, **told)
    if where == "writing" and told["position"] > 100 and not held:
        hold()

source.read, sources.note = reading, noting
asyncio.run(intake.run(address, [source], HASHES, Telemetry("test")))
"""
LATE = 40
"""Events that only the one that was frozen is told, once it has its turn again."""


@pytest.mark.parametrize("where", ["reading", "writing"])
async def test_a_frozen_intake_is_taken_over_and_steps_back_when_it_wakes_up(
    where: str, accounting: Accounting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    world = World(31, people=20)
    events = world.stream()
    held = tmp_path / "events.json"
    held.write_bytes(orjson.dumps(events))
    address = accounting.database.intake_url.replace("+asyncpg", "")
    async with asyncio.timeout(120), frozen(PROGRAM, where, address, str(held)) as program:
        async with running(accounting, Register(events[:-LATE]).source()):
            await read_to(accounting, len(events) - LATE)
            await thaw(program)
            await until_said(program, "intake waits for the database")
            assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(events) - LATE
        await read_to(accounting, len(events))
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(events)
    await hold_true(accounting, world)
