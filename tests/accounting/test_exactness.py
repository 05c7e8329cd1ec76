"""Whatever comes, in whatever order, twice, corrected or withdrawn: every person, crossing and cell is what the plain
reading of the newest versions says."""

from collections import Counter

import asyncpg
import pytest

from services.accounting.rules.figures import movements
from services.accounting.rules.persons.identity import fact_key
from services.accounting.rules.residence import outcome
from services.accounting.rules.residence.history import CROSSING, unpack
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import Account, account
from tests.accounting.oracle_residence import Result
from tests.accounting.world import World


async def held(connection: asyncpg.Connection, world: World) -> Account:
    """What the database holds, in the shape of the oracle; persons by their ids."""
    subjects = {fact_key(subject): subject for subject in world.records}
    person, result, resolved = {}, {}, {}
    for row in await connection.fetch("SELECT person, history, evidence FROM linkage_derived.person"):
        for crossing in unpack([row["history"]], CROSSING)[0]:
            subject = subjects[int(crossing["fact"])]
            person[subject], state = row["person"], int(crossing["state"])
            result[subject] = Result(*outcome.verdict(state))
            resolved[subject] = Result(*outcome.resolved_verdict(state))
    cells: Counter[tuple[int, ...]] = Counter()
    for cell, count in await connection.fetch("SELECT cell, count FROM derived.cube"):
        parts = movements.unpack(cell)
        parts["indicator"] += parts.pop("family") << movements.FIELDS["indicator"].bits
        cells[tuple(int(part) for part in parts.values())] += count
    return Account(person, result, cells, resolved)


def same_persons(one: dict[str, int], other: dict[str, int]) -> bool:
    """Whether both group the subjects of `one` alike, whatever they call the groups."""
    groups = {(one[subject], other[subject]) for subject in one}
    return len(groups) == len({a for a, _ in groups}) == len({b for _, b in groups})


async def hold_true(accounting: Accounting, world: World) -> None:
    found, truth = await held(accounting.connection, world), account(world)
    assert found.outcome.keys() == truth.outcome.keys()
    assert same_persons(found.person, truth.person)
    assert {s: r for s, r in truth.outcome.items() if r != found.outcome[s]} == {}
    assert {s: r for s, r in truth.resolved.items() if r != found.resolved[s]} == {}
    assert found.cells == truth.cells


@pytest.mark.parametrize("seed", range(4))
async def test_every_crossing_and_cell_is_exact(accounting: Accounting, seed: int) -> None:
    world = World(seed, people=60)
    world.attest()
    await accounting.take(world.stream(order=seed))
    await hold_true(accounting, world)


@pytest.mark.parametrize("size", [1, 7, 300])
async def test_corrections_withdrawals_merges_and_splits_are_exact(accounting: Accounting, size: int) -> None:
    world = World(size, people=25)
    world.attest()
    for order in range(3):
        world.correct(0.15)
        await accounting.take(world.stream(order=order), size)
        await hold_true(accounting, world)


@pytest.mark.parametrize("seed", [101, 108])
async def test_who_is_who_follows_from_the_records_in_effect(accounting: Accounting, seed: int) -> None:
    world = World(seed, people=14)
    world.attest()
    for order in range(4):
        world.correct(0.25)
        await accounting.take(world.stream(order=order), size=(1, 5, 40, 300)[(seed + order) % 4])
        await hold_true(accounting, world)


async def test_every_version_that_came_is_kept_in_whatever_order(accounting: Accounting) -> None:
    """What a newer version came before counts for nothing, and reconciliation still finds it."""
    world = World(23, people=8)
    world.attest()
    world.correct(0.5)
    await accounting.take(world.stream(order=3))
    kept = await accounting.connection.fetch("""
        SELECT fact, version FROM linkage.crossing UNION ALL SELECT fact, version FROM linkage.crossing_history
        UNION ALL SELECT fact, version FROM linkage.register_fact
        UNION ALL SELECT fact, version FROM linkage.register_fact_history""")
    told = [(fact_key(subject), n) for subject, every in world.records.items() for n in range(1, len(every) + 1)]
    assert sorted(map(tuple, kept)) == sorted(told)
    await hold_true(accounting, world)
