"""What every register's processes are made of: its API over its database, its relay, its background, its migrations."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import process, timer
from shared.db.engine import make_engine
from shared.db.migrate import head, upgrade
from shared.errors import Unavailable
from shared.http import my_access_log, server
from shared.http.app import make_app
from shared.inbox import table as inbox
from shared.inbox.copies import Copy
from shared.inbox.follow import follow
from shared.outbox import feed, newest, relay
from shared.process import Telemetry
from shared.settings import ServiceSettings, SettingsError
from shared.telemetry.metrics import Metrics
from shared.timer import Job, run_scheduler

MakeApp = Callable[[ServiceSettings], FastAPI]


@dataclass(frozen=True, slots=True)
class Background:
    """What a register does without being asked: copies of others' facts that it keeps, and jobs done by the clock."""

    copies: tuple[Copy[Any], ...] = ()
    jobs: tuple[Job, ...] = ()

    async def run(self, engine: AsyncEngine, settings: ServiceSettings, monitor: Telemetry) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self.copies:
                tasks.create_task(follow(engine, settings, self.copies, monitor))
            if self.jobs:
                tasks.create_task(run_scheduler(engine, self.jobs))


NOTHING = Background()


def make_register(
    service: str,
    title: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    *,
    closing: Sequence[Callable[[], Awaitable[None]]] = (),
    background: Background = NOTHING,
) -> FastAPI:
    """A register's application: its own routes, its event feed, and readiness that asks its database. `closing` ends
    with the service what only it has opened; `background` is what its other process does."""
    engine = make_engine(settings.database_url, application=f"kosh-{service}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        for close in closing:
            await close()
        await engine.dispose()

    async def database() -> None:
        await check_database(engine, service)

    every = [*routers, feed.router, my_access_log.router]
    app = make_app(service, title, settings, every, lifespan=lifespan, checks={"database": database})
    _watch_outbox(app.state.metrics, engine, settings)
    if background.copies:
        _watch_copies(app.state.metrics, engine)
    if background.jobs:
        _watch_jobs(app.state.metrics, engine)
    app.state.engine = engine
    app.state.group_commits = {}
    return app


async def check_database(engine: AsyncEngine, service: str) -> None:
    """Raises unless the database answers and has at least the tables that this code knows.

    Revisions are numbered, and a newer one serves this code too: old and new processes run side by side while a
    migration goes out.
    """
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if (found or "") < (head(service) or ""):
        raise Unavailable("the database is not at the migration that this code needs")


def _watch_outbox(metrics: Metrics, engine: AsyncEngine, settings: ServiceSettings) -> None:
    """The API tells how far the relay is: a relay that is down could not."""

    async def of_newest() -> float:
        async with engine.connect() as connection:
            return await newest(connection)

    async def of_relayed() -> float:
        async with engine.connect() as connection:
            return await relay.position(connection)

    metrics.watch("kosh_outbox_position", "Position of the newest event", of_newest)
    if settings.transport == "kafka":
        metrics.watch("kosh_outbox_relayed_position", "Position of the newest event that is in Kafka", of_relayed)


def _watch_copies(metrics: Metrics, engine: AsyncEngine) -> None:
    """The API tells how fresh the copies are: a background that is down could not."""

    async def current() -> dict[str, float]:
        async with engine.connect() as connection:
            return {source: at.timestamp() for source, at in (await inbox.current_at(connection)).items()}

    async def parked() -> dict[str, float]:
        async with engine.connect() as connection:
            return dict(await inbox.how_many_parked(connection))

    metrics.watch("kosh_copies_current_timestamp_seconds", "Up to when copies are complete", current, "source")
    metrics.watch("kosh_copies_parked", "Events that are set aside and missing in copies", parked, "source")


def _watch_jobs(metrics: Metrics, engine: AsyncEngine) -> None:
    async def done() -> dict[str, float]:
        async with engine.connect() as connection:
            return {job: at.timestamp() for job, at in (await timer.done_at(connection)).items()}

    metrics.watch("kosh_job_done_timestamp_seconds", "When a job was last done", done, "job_name")


def main(
    service: str, make: MakeApp, arguments: Sequence[str] | None = None, *, background: Background = NOTHING
) -> None:
    """`python -m services.<service> api|relay|migrate|background`, or one of the background's jobs, done at once."""
    jobs = {job.name: job for job in background.jobs}
    roles = ["api", "relay", "migrate", *([] if background == NOTHING else ["background"]), *jobs]
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    parser.add_argument("role", choices=roles)
    role = parser.parse_args(arguments).role
    try:
        settings = ServiceSettings.of(service)
        if role in jobs:
            return process.run(f"{service}-{role}", settings, lambda _: _job(service, settings, jobs[role]))
        if role == "background":
            return process.run(f"{service}-background", settings, partial(_background, service, settings, background))
        {"api": _api, "relay": _relay, "migrate": _migrate}[role](service, settings, make)
    except SettingsError as error:
        sys.exit(str(error))


def _api(_service: str, settings: ServiceSettings, make: MakeApp) -> None:
    server.run(make(settings))


def _relay(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    broker = settings.broker
    if broker is None:
        sys.exit("the relay publishes to Kafka: set KOSH_KAFKA_BOOTSTRAP, or use the feed, which needs no relay")
    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-relay")
    process.run(f"{service}-relay", settings, partial(relay.run, engine, service, broker))


async def _background(service: str, settings: ServiceSettings, background: Background, monitor: Telemetry) -> None:
    engine = make_engine(settings.database_url, connections=5, application=f"kosh-{service}-background")
    try:
        await background.run(engine, settings, monitor)
    finally:
        await engine.dispose()


async def _job(service: str, settings: ServiceSettings, job: Job) -> None:
    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-job")
    try:
        await job.work(engine)
    finally:
        await engine.dispose()


def _migrate(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    if settings.owner_database_url is None:
        sys.exit(f"migrations are the owner's work: set KOSH_{service.upper()}_OWNER_DATABASE_URL")
    upgrade(service, settings.owner_database_url)
