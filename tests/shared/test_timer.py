"""Jobs by the clock: once each, whoever does them, and made up for after an outage."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import ALMATY, set_to
from shared.db.engine import make_engine
from shared.errors import Unavailable
from shared.testing.postgres import FreshDatabase
from shared.timer import A_DAY, Job, do_if_due, run_scheduler, timer_table

NOON = datetime(2026, 3, 1, 12, tzinfo=ALMATY)


class Work:
    """What was done how often; `failing` raises."""

    def __init__(self) -> None:
        self.done = 0
        self.failing = False

    async def __call__(self, _: AsyncEngine) -> None:
        await asyncio.sleep(0.01)
        if self.failing:
            raise Unavailable("not now")
        self.done += 1


@pytest.fixture
async def engine(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await empty_database("portal")).owner_url)
    metadata = MetaData()
    timer_table(metadata)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


async def test_a_daily_job_is_done_once_a_day_in_kazakhstan(engine: AsyncEngine) -> None:
    work = Work()
    job = Job("daily", A_DAY, work)
    for moment, expected in (
        (NOON, 1),
        (NOON + timedelta(hours=11, minutes=59), 1),
        (NOON + timedelta(hours=12), 2),
        (NOON + timedelta(days=5), 3),
    ):
        with set_to(moment):
            await do_if_due(engine, job)
        assert work.done == expected


async def test_two_processes_do_it_once(engine: AsyncEngine) -> None:
    work = Work()
    with set_to(NOON):
        await asyncio.gather(*(do_if_due(engine, Job("daily", A_DAY, work)) for _ in range(4)))
        await do_if_due(engine, Job("daily", A_DAY, work))
    assert work.done == 1


async def test_what_failed_is_tried_again(engine: AsyncEngine) -> None:
    work = Work()
    job = Job("daily", A_DAY, work)
    work.failing = True
    with set_to(NOON), pytest.raises(Unavailable):
        await do_if_due(engine, job)
    work.failing = False
    with set_to(NOON):
        await do_if_due(engine, job)
    assert work.done == 1


async def test_a_faulty_job_stops_no_other(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    done = asyncio.Event()

    async def fault(_: AsyncEngine) -> None:
        raise KeyError("a field")

    async def work(_: AsyncEngine) -> None:
        done.set()

    keeping = asyncio.create_task(run_scheduler(engine, [Job("faulty", A_DAY, fault), Job("sound", A_DAY, work)]))
    async with asyncio.timeout(10):
        await done.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert "faulty failed" in caplog.messages


@given(st.timedeltas(timedelta(0), timedelta(hours=3)), st.timedeltas(timedelta(minutes=1), timedelta(hours=2)))
def test_a_job_of_every_so_often_is_due_when_so_much_time_has_passed(passed: timedelta, every: timedelta) -> None:
    last = datetime(2026, 3, 1, tzinfo=UTC)
    job = Job("often", every, Work())
    assert job.is_due(last, last + passed) is (passed >= every)
    assert job.is_due(None, last)
