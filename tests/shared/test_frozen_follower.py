"""A register that follows another is frozen in the middle of it: the next one takes over, and the one that wakes up
steps back, loses nothing and copies nothing twice."""

import asyncio
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from services.permits.cases.entry_ban import BANS
from shared.db.engine import make_engine
from shared.inbox import follow
from shared.testing.postgres import FreshDatabase
from tests.frozen import frozen, thaw, until_said
from tests.shared.test_follow import canned, event, following, rows, until

PROGRAM = """
import asyncio, logging, sys
from pathlib import Path
import orjson
from services.permits.cases.entry_ban import BANS
from shared.db import session
from shared.db.engine import make_engine
from shared.inbox import follow
from shared.process import Telemetry
from tests.shared.test_follow import canned

session.IDLE_IN_TRANSACTION, session.LEASE = "200ms", "300ms"
follow.RETRY, follow.WAIT = 0.05, 0.1
where, url, events = sys.argv[1:]
logging.basicConfig(stream=sys.stdout, format="%(message)s")
held = []

def hold():
    held.append(where)
    print("held", flush=True)
    sys.stdin.readline()

source = canned(orjson.loads(Path(events).read_bytes()))
read, reach = source.read, follow.table.reach

async def reading(positions, *more):
    found = await read(positions, *more)
    if where == "reading" and positions.get(0) and not held:
        hold()
    return found

async def reaching(connection, name, stand):
    await reach(connection, name, stand)
    if where == "writing" and stand.position > 40 and not held:
        hold()

source.read, follow.table.reach = reading, reaching
watch = follow.FollowMetrics(Telemetry("test"))
asyncio.run(follow.Follower(make_engine(url), source, [BANS], watch).run())
"""
POSITION = "SELECT coalesce(max(position), 0) FROM inbox_position"


@pytest.mark.parametrize("where", ["reading", "writing"])
async def test_a_frozen_follower_is_taken_over_and_steps_back_when_it_wakes_up(
    where: str, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(follow, "RETRY", 0.05)
    monkeypatch.setattr(follow, "WAIT", 0.1)
    url = (await fresh_database("permits")).app_url
    engine = make_engine(url, application="follower")
    events = [event(n, str(UUID(int=n % 30)), version=1 + n // 30) for n in range(1, 161)]
    held = tmp_path / "events.json"
    held.write_bytes(orjson.dumps(events))

    async def reached(position: int) -> None:
        async def is_reached() -> bool:
            return await rows(engine, POSITION) == [(position,)]

        await until(is_reached)

    async with asyncio.timeout(120), frozen(PROGRAM, where, url, str(held)) as program:
        async with following(engine, canned(events[:120]), BANS):
            await reached(120)
            await thaw(program)
            await until_said(program, "following portal")
            assert await rows(engine, POSITION) == [(120,)]
        await reached(160)  # the one that was frozen has its turn again
    newest = {str(UUID(int=n % 30)): 1 + n // 30 for n in range(1, 161)}
    assert dict(await rows(engine, "SELECT id::text, version FROM entry_ban")) == newest
    assert await rows(engine, "SELECT count(*) FROM inbox_parked") == [(0,)]
    await engine.dispose()
