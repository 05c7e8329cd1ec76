"""GroupCommit: concurrent items share a run, and one that fails does not spoil the others."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from shared.db.group_commit import GroupCommit


async def test_items_that_arrive_during_a_run_share_the_next() -> None:
    runs: list[list[int]] = []
    first_may_end = asyncio.Event()

    async def work(items: Sequence[int]) -> list[int]:
        runs.append(list(items))
        if len(runs) == 1:
            await first_may_end.wait()
        return [item * 10 for item in items]

    lane = GroupCommit(work)
    first = asyncio.create_task(lane.submit(1))
    await asyncio.sleep(0)
    others = [asyncio.create_task(lane.submit(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)
    first_may_end.set()

    assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert runs == [[1], [2, 3, 4]]


async def test_a_failing_item_fails_alone() -> None:
    async def work(items: Sequence[int]) -> list[int]:
        return [100 // item for item in items]

    lane = GroupCommit(work)
    answers = await asyncio.gather(*(lane.submit(n) for n in (1, 0, 5)), return_exceptions=True)

    assert answers[0] == 100
    assert isinstance(answers[1], ZeroDivisionError)
    assert answers[2] == 20


async def test_a_run_holds_at_most_what_it_may() -> None:
    sizes: list[int] = []

    async def work(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        await asyncio.sleep(0)
        return items

    lane = GroupCommit(work, most=3)
    assert await asyncio.gather(*(lane.submit(n) for n in range(10))) == list(range(10))
    assert max(sizes) == 3


async def test_a_caller_that_goes_away_leaves_the_others_their_answers() -> None:
    started = asyncio.Event()

    async def work(items: Sequence[int]) -> Sequence[int]:
        started.set()
        await asyncio.sleep(0.01)
        return items

    lane = GroupCommit(work)
    leaving = asyncio.create_task(lane.submit(1))
    await started.wait()
    staying = asyncio.create_task(lane.submit(2))
    leaving.cancel()
    assert await staying == 2
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_where_the_database_cannot_be_had_all_are_told_at_once() -> None:
    """Alone, each would wait as long again: 200 of them for over half an hour."""
    runs: list[int] = []

    async def work(items: Sequence[int]) -> Sequence[int]:
        runs.append(len(items))
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    lane = GroupCommit(work)
    answers = await asyncio.gather(*(lane.submit(n) for n in range(50)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {asyncpg.LockNotAvailableError}
    assert runs == [50]


async def test_those_of_a_deadlock_are_tried_alone() -> None:
    async def work(items: Sequence[int]) -> Sequence[int]:
        if len(items) > 1:
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return items

    lane = GroupCommit(work)
    assert await asyncio.gather(*(lane.submit(n) for n in range(3))) == [0, 1, 2]


async def test_nobody_waits_longer_than_said_and_who_has_gone_is_not_worked_for() -> None:
    runs: list[list[int]] = []
    go_on = asyncio.Event()

    async def work(items: Sequence[int]) -> Sequence[int]:
        runs.append(list(items))
        await go_on.wait()
        return items

    lane = GroupCommit(work, patience=0.05)
    first = asyncio.create_task(lane.submit(1))
    await asyncio.sleep(0)
    answers = await asyncio.gather(first, lane.submit(2), lane.submit(3), return_exceptions=True)
    assert {type(answer) for answer in answers} == {TimeoutError}
    go_on.set()
    assert await lane.submit(4) == 4
    assert runs == [[1], [4]]
