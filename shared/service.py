"""What every register's API is made of: its routes over its database, its feed, and what it shows of its background."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import timer
from shared.background import NOTHING, Background
from shared.db.engine import make_engine
from shared.db.revisions import head
from shared.errors import Unavailable
from shared.events.grants import grants_of
from shared.http import my_access_log, passed_on
from shared.http.app import make_app
from shared.http.reference import routes as reference
from shared.inbox import parked
from shared.inbox import table as inbox
from shared.outbox import feed, held, newest, relayed, size
from shared.outbox.http_feeds import ToldEvents
from shared.outbox.readers import Readers
from shared.outbox.watch import OutboxWatch
from shared.settings import ServiceSettings
from shared.telemetry.metrics import Metrics


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
        await app.state.outbox_watch.close()
        await engine.dispose()

    async def database() -> None:
        await check_database(engine, service)

    every = [*routers, feed.router, held.router, my_access_log.router, passed_on.router, reference.router]
    every += [parked.router] if background.copies else []
    app = make_app(service, title, settings, every, lifespan=lifespan, checks={"database": database})
    _watch_outbox(service, app.state.metrics, engine, settings)
    if background.copies:
        _watch_copies(app.state.metrics, engine)
    if background.jobs:
        _watch_jobs(app.state.metrics, engine)
    app.state.engine = engine
    app.state.outbox_watch = OutboxWatch(engine, app.state.stopping)
    app.state.told_events = ToldEvents()
    app.state.feed_readers = Readers(app.state.metrics.registry)
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


def _watch_outbox(service: str, metrics: Metrics, engine: AsyncEngine, settings: ServiceSettings) -> None:
    """The API tells how far the relay is: a relay that is down could not."""

    async def of_newest() -> float:
        async with engine.connect() as connection:
            return await newest(connection)

    topics = [grant.topic for grant in grants_of(service)]

    async def of_relayed() -> float:
        async with engine.connect() as connection:
            return min((await relayed(connection, topics)).values(), default=0)

    async def of_bytes() -> float:
        async with engine.connect() as connection:
            return await size(connection)

    async def of_database() -> float:
        async with engine.connect() as connection:
            return (await connection.scalar(text("SELECT pg_database_size(current_database())"))) or 0

    metrics.watch("kosh_outbox_position", "Position of the newest event", of_newest)
    metrics.watch("kosh_outbox_bytes", "Disk that the outbox takes, with its indexes", of_bytes)
    metrics.watch("kosh_database_bytes", "Disk that the whole database takes", of_database)
    if settings.transport == "kafka":
        metrics.watch("kosh_outbox_relayed_position", "Position up to which all is in Kafka", of_relayed)


def _watch_copies(metrics: Metrics, engine: AsyncEngine) -> None:
    """The API tells how fresh the copies are: a background that is down could not."""

    async def current() -> dict[str, float]:
        async with engine.connect() as connection:
            return {source: at.timestamp() for source, at in (await inbox.current_at(connection)).items()}

    async def parked_events() -> dict[str, float]:
        async with engine.connect() as connection:
            return dict(await inbox.how_many_parked(connection))

    metrics.watch("kosh_copies_current_timestamp_seconds", "Up to when copies are complete", current, "source")
    metrics.watch("kosh_copies_parked", "Events that are set aside and missing in copies", parked_events, "source")


def _watch_jobs(metrics: Metrics, engine: AsyncEngine) -> None:
    async def done() -> dict[str, float]:
        async with engine.connect() as connection:
            return {job: at.timestamp() for job, at in (await timer.done_at(connection)).items()}

    metrics.watch("kosh_job_done_timestamp_seconds", "When a job was last done", done, "job_name")
