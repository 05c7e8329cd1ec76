"""A register that was set back: it is not read on, and one command brings facts and figures to what it holds."""

from copy import deepcopy
from dataclasses import dataclass
from random import Random

import asyncpg
import pytest

from services.accounting.cases.adopt import Lost, Tell
from services.accounting.intake.adopt import adopt
from services.accounting.rules.persons.likeness import Likeness
from shared.events.epochs import Epoch
from shared.inbox.source import SourceFailed
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import Register, read_to, running, until
from tests.accounting.test_rebuild import derived, rebuilt
from tests.accounting.world import Event, World

FIRST = Epoch("11111111-1111-4111-8111-111111111111", 0)
FACTS = """SELECT 'crossing', fact, version, withdrawn FROM linkage.crossing UNION ALL
SELECT 'register_fact', fact, version, withdrawn FROM linkage.register_fact ORDER BY 1, 2"""
LIKENESSES = f"""SELECT key, {", ".join(Likeness._fields)}
FROM linkage.claim JOIN linkage_derived.identity_key USING (key) ORDER BY key"""  # noqa: S608  (our own names)
WITHOUT = "SELECT count FROM derived.claims_without_likeness"
WENT_BACK = "EXISTS (SELECT FROM source_state WHERE went_back AND stopped IS NOT NULL)"


@dataclass
class Lives:
    """A world up to its backup, what it lived on until it was lost, and what it lives after the restore."""

    backup: World
    lost: World
    restored: World

    @classmethod
    def of(cls, seed: int) -> "Lives":
        backup = World(seed, people=20)
        lost, restored = deepcopy(backup), deepcopy(backup)
        for world, people, random in ((lost, 4, 1), (restored, 2, 2)):
            world.random = Random(seed + random)
            for number in range(people):
                world._live(100 + number)
            world.correct(0.3)
        return cls(backup, lost, restored)

    @property
    def at_backup(self) -> int:
        return len(self.backup.stream(repeat=0))

    def events(self, world: World) -> list[Event]:
        """Those until the backup, and what this life adds."""
        return lived_on(self.backup.stream(repeat=0), world)

    def restore(self, register: Register) -> None:
        register.events = self.events(self.restored)
        register.epochs = [FIRST, Epoch("22222222-2222-4222-8222-222222222222", self.at_backup)]


def lived_on(events: list[Event], world: World) -> list[Event]:
    """With what the world has more than these, at the positions that follow."""
    ids = {event["id"] for event in events}
    own = [event for event in world.stream(order=1, repeat=0) if event["id"] not in ids]
    return [event | {"position": position} for position, event in enumerate([*events, *own], 1)]


async def adopted(accounting: Accounting, register: Register, tell: Tell = lambda _: None) -> list[Lost]:
    owner = accounting.database.owner_url.replace("+asyncpg", "")
    return await adopt(owner, register.source(), HASHES, tell)


async def emptied(accounting: Accounting) -> None:
    """As the version before matching left the claims."""
    owner = await asyncpg.connect(accounting.database.owner_url.replace("+asyncpg", ""))
    empty = ", ".join(f"{name} = NULL" for name in Likeness._fields)
    await owner.execute(f"UPDATE linkage.claim SET {empty}")  # noqa: S608  (our own names)
    await owner.close()


@pytest.fixture
def lives() -> Lives:
    return Lives.of(61)


@pytest.fixture
def register(lives: Lives) -> Register:
    register = Register(lives.events(lives.lost))
    register.epochs = [FIRST]
    return register


async def test_one_command_brings_everything_to_what_the_register_holds(
    accounting: Accounting, lives: Lives, register: Register
) -> None:
    async with running(accounting, register.source()):
        await read_to(accounting, len(register.events))
        await hold_true(accounting, lives.lost)
        lives.restore(register)
        await until(accounting, WENT_BACK)
        lost = await adopted(accounting, register)
        await hold_true(accounting, lives.restored)
        missing = lives.lost.records.keys() - lives.restored.records.keys()
        assert missing
        assert {each.source_id for each in lost} == {lives.lost.records[each][-1].data["source_id"] for each in missing}
        lives.restored.correct(0.2)
        register.events = lived_on(register.events, lives.restored)
        await read_to(accounting, len(register.events))
        await hold_true(accounting, lives.restored)
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before
    assert await accounting.connection.fetchval("SELECT epoch FROM source_state") == register.epochs[-1].id
    likenesses = await accounting.connection.fetch(LIKENESSES)
    assert likenesses
    await emptied(accounting)
    assert await accounting.connection.fetchval(WITHOUT) == len(likenesses)
    told: list[str] = []
    assert await adopted(accounting, register, told.append) == []
    assert "claims got their likeness" in "\n".join(told)
    assert await accounting.connection.fetchval(WITHOUT) == 0
    assert await accounting.connection.fetch(LIKENESSES) == likenesses
    assert await derived(accounting.connection) == before


async def test_a_register_that_holds_less_than_was_read_and_tells_no_epoch_is_noticed(
    accounting: Accounting, lives: Lives, register: Register
) -> None:
    """A version of the register that knows of no epochs."""
    register.epochs = []
    async with running(accounting, register.source()):
        await read_to(accounting, len(register.events))
        register.events = lives.backup.stream(repeat=0)
        await until(accounting, WENT_BACK)


async def test_who_has_read_no_further_than_the_backup_goes_on_by_itself(
    accounting: Accounting, lives: Lives, register: Register
) -> None:
    register.events = register.events[: lives.at_backup]
    async with running(accounting, register.source()):
        await read_to(accounting, lives.at_backup)
        lives.restore(register)
        await read_to(accounting, len(register.events))
    await hold_true(accounting, lives.restored)


async def test_what_an_operator_sends_again_is_no_way_round(
    accounting: Accounting, lives: Lives, register: Register
) -> None:
    async with running(accounting, register.source()):
        await read_to(accounting, len(register.events))
        lives.restore(register)
        await until(accounting, WENT_BACK)
        await accounting.connection.execute("UPDATE source_state SET stopped = NULL")
        await until(accounting, WENT_BACK)
    assert await accounting.connection.fetchval("SELECT epoch FROM source_state") == FIRST.id
    await hold_true(accounting, lives.lost)


async def test_an_adoption_that_fails_changes_nothing(accounting: Accounting, lives: Lives, register: Register) -> None:
    async with running(accounting, register.source()):
        await read_to(accounting, len(register.events))
    before = await facts(accounting.connection), await derived(accounting.connection)
    lives.restore(register)
    register.failing = True
    with pytest.raises(SourceFailed):
        await adopted(accounting, register)
    assert (await facts(accounting.connection), await derived(accounting.connection)) == before


async def facts(connection: asyncpg.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await connection.fetch(FACTS)]
