"""Trouble that passes is waited out by the intake: nothing is parked, nothing is lost, and the process lives."""

import asyncpg
import pytest

from services.accounting.intake import run as intake
from tests.accounting.conftest import Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import Register, read_to, running, until
from tests.accounting.world import World
from tests.shared.test_outages import PASSES

IN_TROUBLE = """
CREATE SEQUENCE attempts;
GRANT SELECT, USAGE ON attempts TO PUBLIC;
CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE states text[] := '{%s}';
BEGIN
    RAISE EXCEPTION 'trouble' USING ERRCODE = states[1 + nextval('attempts') %% cardinality(states)];
END $$;
CREATE TRIGGER trouble BEFORE INSERT OR UPDATE ON source_position EXECUTE FUNCTION trouble();
"""


async def test_passing_trouble_is_waited_out(accounting: Accounting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RETRY", 0.01)
    monkeypatch.setattr(intake, "HOUSEKEEPING", 0.05)
    world = World(18, people=3)
    register = Register(world.stream())
    owner = await asyncpg.connect(accounting.database.owner_url.replace("+asyncpg", ""))
    await owner.execute(IN_TROUBLE % ",".join(PASSES.values()))
    async with running(accounting, register.source()):
        await until(accounting, "(SELECT last_value > $1 FROM attempts)", len(PASSES))
        assert await accounting.connection.fetchval("SELECT count(*) FROM linkage.crossing") == 0
        await owner.execute("DROP TRIGGER trouble ON source_position")
        await read_to(accounting, len(register.events))
    await owner.close()
    assert await accounting.connection.fetchval("SELECT count(*) FROM parked_event") == 0
    await hold_true(accounting, world)
