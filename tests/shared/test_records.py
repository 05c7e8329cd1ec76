"""Records are taken once, whoever hands them in at the same time, and in whatever order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import records
from shared.db.engine import make_engine
from shared.db.records import Submission, SubmitResult, record_table
from shared.errors import Conflict
from shared.events.wire import WireModel
from shared.testing.postgres import FreshDatabase

metadata = MetaData()
thing = record_table(metadata, "thing")


class Thing(WireModel):
    content: str


@pytest.fixture
async def engine(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await empty_database("portal")).owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


def submitted(numbers: Sequence[int], content: str = "x") -> list[Submission]:
    return [Submission(f"T-{number}", Thing(content=content), "test") for number in numbers]


async def take(engine: AsyncEngine, submissions: Sequence[Submission], pause: float = 0) -> list[SubmitResult]:
    async with engine.begin() as connection:
        taken = await records.submit(connection, thing, submissions)
        await asyncio.sleep(pause)
    return taken


async def test_of_two_at_once_one_creates_and_the_other_repeats_whatever_the_order(engine: AsyncEngine) -> None:
    numbers = range(300)
    first, second = await asyncio.gather(
        take(engine, submitted(numbers), pause=0.2), take(engine, submitted(numbers[::-1]), pause=0.2)
    )
    assert sorted({each.outcome for each in taken} == {"created"} for taken in (first, second)) == [False, True]
    assert Counter(each.outcome for each in [*first, *second]) == {"created": 300, "repeated": 300}
    assert {each.id for each in first} == {each.id for each in second}


async def test_what_is_there_is_compared_and_the_rest_is_stored(engine: AsyncEngine) -> None:
    await take(engine, submitted([1, 2]))
    again = await take(engine, [*submitted([1]), *submitted([2], "y"), *submitted([3, 3]), *submitted([3], "y")])
    assert [each.outcome for each in again] == ["repeated", "conflict", "created", "repeated", "conflict"]
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM thing")) == 3


async def test_another_thing_in_the_way_is_a_conflict_and_nothing_is_stored(engine: AsyncEngine) -> None:
    (one,) = submitted([1])
    await take(engine, [one])
    with pytest.raises(Conflict):
        await take(engine, [Submission("T-2", Thing(content="x"), "test", id=one.id)])
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM thing")) == 1
