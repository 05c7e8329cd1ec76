"""A register's background: a process of its own, that loads nothing of the API."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.inbox.copies import Copy
from shared.inbox.follow import follow
from shared.process import Telemetry
from shared.settings import ServiceSettings
from shared.timer import Job, run_scheduler


@dataclass(frozen=True, slots=True)
class Background:
    """What a register does without being asked: copies of others' facts that it keeps, and jobs done by the clock."""

    copies: tuple[Copy[Any], ...] = ()
    jobs: tuple[Job, ...] = ()

    async def run(self, service: str, engine: AsyncEngine, settings: ServiceSettings, monitor: Telemetry) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self.copies:
                tasks.create_task(follow(engine, settings, service, self.copies, monitor))
            if self.jobs:
                tasks.create_task(run_scheduler(engine, self.jobs))


NOTHING = Background()
