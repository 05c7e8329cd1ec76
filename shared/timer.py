"""Work that nobody asks for: done each day, or each so many minutes, by whichever background process is first.

When a job was done is kept in the database, in no other place: a process that was down makes up for it at its start,
and two processes do nothing twice. A job that fails is tried again until it succeeds, so it must bear to be repeated.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, DateTime, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import clock
from shared.db import grants, session
from shared.db.outages import PASSING, log_outage
from shared.errors import Unavailable

log = logging.getLogger(__name__)

LOCK = 0x74696D65  # "time": first half of an advisory lock's key, the job's name is hashed into the second
LOOK = 30.0  # seconds between looks at the clock
SPEAK = 10.0  # seconds between two signs of life of a job that is at work
A_DAY = timedelta(days=1)

_TRY = text("SELECT pg_try_advisory_lock(:lock, hashtext(:job))")
_FREE = text("SELECT pg_advisory_unlock(:lock, hashtext(:job))")
_LAST = text("SELECT job, done_at FROM job_run")
_DONE = text("""
INSERT INTO job_run (job, done_at) VALUES (:job, :at) ON CONFLICT (job) DO UPDATE SET done_at = excluded.done_at
""")


def timer_table(metadata: MetaData) -> Table:
    """When each job was last begun that succeeded."""
    return Table(
        "job_run",
        metadata,
        Column("job", Text, primary_key=True),
        Column("done_at", DateTime(timezone=True), nullable=False),
        info=grants.may("UPDATE", because="a job's last run replaces the one before"),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """`work` is done every so often; what is done daily is due from midnight in Kazakhstan on. None: only when somebody
    asks for it by command."""

    name: str
    every: timedelta | None
    work: Callable[[AsyncEngine], Awaitable[None]]

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        if self.every is None:
            return False
        if last is None:
            return True
        if self.every == A_DAY:
            return clock.date_of(last) < clock.date_of(now)
        return now - last >= self.every


async def run_scheduler(engine: AsyncEngine, jobs: Sequence[Job]) -> None:
    """Does what is due, until cancelled."""
    while True:
        for job in jobs:
            try:
                await do_if_due(engine, job)
            except Unavailable:
                log.warning("%s waits for what it depends on", job.name)
            except PASSING as outage:
                log_outage(log, job.name, outage)
            except Exception:  # a fault in one job must stop neither the others nor the copies beside them
                log.exception("%s failed", job.name)
        await asyncio.sleep(LOOK)


async def do_if_due(engine: AsyncEngine, job: Job) -> None:
    """Does the job if it is due and nobody else does it just now."""
    async with engine.connect() as connection:
        if not await connection.scalar(_TRY, {"lock": LOCK, "job": job.name}):
            return
        try:
            await connection.execute(session.HOLD_LEASE, {"lease": session.LEASE})
            await _do_if_due(engine, connection, job)
        finally:
            await connection.rollback()
            await connection.execute(session.HOLD_LEASE, {"lease": "0"})
            await connection.execute(_FREE, {"lock": LOCK, "job": job.name})
            await connection.commit()


async def _do_if_due(engine: AsyncEngine, connection: AsyncConnection, job: Job) -> None:
    now = clock.now()
    last = (await done_at(connection)).get(job.name)
    await connection.commit()  # a job may take long, and must not hold back vacuum
    if job.is_due(last, now):
        await _work(engine, connection, job)
        await connection.execute(_DONE, {"job": job.name, "at": now})
        await connection.commit()
        log.info("%s: done", job.name)


async def _work(engine: AsyncEngine, connection: AsyncConnection, job: Job) -> None:
    """Does the job, and says now and then on the connection that holds its lock that somebody does."""
    done = asyncio.Event()
    speaking = asyncio.create_task(_speak_up(connection, done))
    try:
        await job.work(engine)
    finally:
        done.set()
        await asyncio.wait([speaking])
        speaking.exception()  # who is the only one no more learns it by writing that the job is done


async def _speak_up(connection: AsyncConnection, done: asyncio.Event) -> None:
    while not done.is_set():
        await connection.execute(text("SELECT 1"))
        await connection.commit()
        with suppress(TimeoutError):
            async with asyncio.timeout(SPEAK):
                await done.wait()


async def done_at(connection: AsyncConnection) -> dict[str, datetime]:
    """For which moment each job was last done."""
    return {row.job: row.done_at for row in await connection.execute(_LAST)}
