"""What every register's process is made of: its API over its database, its relay, its migrations."""

import argparse
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import process
from shared.db.engine import make_engine
from shared.db.migrate import head, upgrade
from shared.errors import Unavailable
from shared.http import my_access_log, server
from shared.http.app import make_app
from shared.http.metrics import Metrics
from shared.outbox import feed, newest, relay
from shared.settings import ServiceSettings, SettingsError

Job = Callable[[AsyncEngine], Awaitable[None]]
MakeApp = Callable[[ServiceSettings], FastAPI]


def make_register(
    service: str,
    title: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    *,
    closing: Sequence[Callable[[], Awaitable[None]]] = (),
) -> FastAPI:
    """A register's application: its own routes, its event feed, and readiness that asks its database. `closing` ends
    with the service what only it has opened."""
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
    app.state.engine = engine
    app.state.lanes = {}
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


def main(
    service: str,
    make: MakeApp,
    arguments: Sequence[str] | None = None,
    *,
    jobs: Mapping[str, Job] = MappingProxyType({}),
) -> None:
    """`python -m services.<service> api|relay|migrate`, or one of the service's own `jobs`, each done once."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    parser.add_argument("role", choices=["api", "relay", "migrate", *jobs])
    role = parser.parse_args(arguments).role
    try:
        settings = ServiceSettings.of(service)
    except SettingsError as error:
        sys.exit(str(error))
    if role in jobs:
        return process.run(f"{service}-{role}", settings, lambda _: _job(service, settings, jobs[role]))
    {"api": _api, "relay": _relay, "migrate": _migrate}[role](service, settings, make)


def _api(_service: str, settings: ServiceSettings, make: MakeApp) -> None:
    server.run(make(settings))


def _relay(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    broker = settings.broker
    if broker is None:
        sys.exit("the relay publishes to Kafka: set KOSH_KAFKA_BOOTSTRAP, or use the feed, which needs no relay")
    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-relay")
    process.run(f"{service}-relay", settings, partial(relay.run, engine, service, broker))


async def _job(service: str, settings: ServiceSettings, job: Job) -> None:
    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-job")
    try:
        await job(engine)
    finally:
        await engine.dispose()


def _migrate(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    if settings.owner_database_url is None:
        sys.exit(f"migrations are the owner's work: set KOSH_{service.upper()}_OWNER_DATABASE_URL")
    upgrade(service, settings.owner_database_url)
