"""The command line of a register: one process for each role, and each role loads its own libraries only.

So what but one role needs is imported where that role begins: uvicorn and FastAPI by `api`, aiokafka by `relay`,
Alembic by `migrate`. Loaded by all, they would cost each process seconds at its start.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from shared import process
from shared.audit import anchors
from shared.background import NOTHING, Background
from shared.db.engine import make_engine
from shared.process import Telemetry
from shared.settings import ServiceSettings, SettingsError, owners_url
from shared.timer import Job

if TYPE_CHECKING:
    from fastapi import FastAPI

MakeApp = Callable[[ServiceSettings], "FastAPI"]


def main(
    service: str, make: MakeApp, arguments: Sequence[str] | None = None, *, background: Background = NOTHING
) -> None:
    """`python -m services.<service> api|relay|migrate|background|access-log-check|new-epoch|archive-outbox|adopt`, or
    one of the background's jobs, done at once."""
    jobs = {job.name: job for job in background.jobs}
    roles = ["api", "relay", "migrate", "access-log-check", "new-epoch", "archive-outbox", *jobs]
    roles += [] if background == NOTHING else ["background"]
    roles += ["adopt"] if background.copies else []
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    parser.add_argument("role", choices=roles)
    role = parser.parse_args(arguments).role
    try:
        settings = ServiceSettings.of(service)
        if role == "access-log-check":
            return asyncio.run(anchors.check(service, settings.database_url))
        if role == "new-epoch":
            return asyncio.run(_new_epoch(service, settings))
        if role == "archive-outbox":
            return asyncio.run(_archive_outbox(service, settings))
        if role == "adopt":
            return asyncio.run(_adopt(service, settings, background))
        if role in jobs:
            return process.run(f"{service}-{role}", settings, lambda _: _job(service, settings, jobs[role]))
        if role == "background":
            return process.run(f"{service}-background", settings, partial(_background, service, settings, background))
        {"api": _api, "relay": _relay, "migrate": _migrate}[role](service, settings, make)
    except SettingsError as error:
        sys.exit(str(error))


def _api(_service: str, settings: ServiceSettings, make: MakeApp) -> None:
    from shared.http import server

    server.run(make(settings))


def _relay(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    broker = settings.broker
    if broker is None:
        sys.exit("the relay publishes to Kafka: set KOSH_KAFKA_BOOTSTRAP, or use the feed, which needs no relay")
    from shared.outbox import relay

    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-relay", background=True)
    process.run(f"{service}-relay", settings, partial(relay.run, engine, service, broker))


async def _background(service: str, settings: ServiceSettings, background: Background, monitor: Telemetry) -> None:
    engine = make_engine(
        settings.database_url, connections=5, application=f"kosh-{service}-background", background=True
    )
    try:
        await background.run(service, engine, settings, monitor)
    finally:
        await engine.dispose()


async def _job(service: str, settings: ServiceSettings, job: Job) -> None:
    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-job", background=True)
    try:
        await job.work(engine)
    finally:
        await engine.dispose()


async def _new_epoch(service: str, settings: ServiceSettings) -> None:
    """For a database that was set back behind its server's back: whoever has read further does not go on."""
    from shared import outbox

    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-job")
    try:
        async with engine.begin() as connection:
            epoch = await outbox.begin(connection)
    finally:
        await engine.dispose()
    print(f"{service}: epoch {epoch.id} begins after position {epoch.after}")


async def _archive_outbox(service: str, settings: ServiceSettings) -> None:
    """For an outbox that grows: what is old takes a tenth of the disk, and is read as before."""
    from shared import outbox

    owner = owners_url(settings, service)
    engine = make_engine(owner, connections=1, application=f"kosh-{service}-job", background=True)
    try:
        moved = await outbox.archive(engine, settings.outbox_rows)
    finally:
        await engine.dispose()
    print(f"{service}: {moved} events moved into the archive of the outbox")


async def _adopt(service: str, settings: ServiceSettings, background: Background) -> None:
    """Reads the registers anew whose facts the service copies, after one of them was restored to an earlier state."""
    from shared.errors import Conflict
    from shared.inbox.adopt import adopt_all
    from shared.inbox.source import SourceFailed

    engine = make_engine(settings.database_url, connections=1, application=f"kosh-{service}-job")
    try:
        await adopt_all(engine, settings, service, background.copies, print)
    except (Conflict, SourceFailed) as failure:
        sys.exit(str(failure))
    finally:
        await engine.dispose()


def _migrate(service: str, settings: ServiceSettings, _make: MakeApp) -> None:
    from shared.db.migrate import upgrade

    upgrade(service, owners_url(settings, service))
