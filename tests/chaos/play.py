"""One run: a system of its own, load and trouble beside each other, then the proof and its report."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from deploy.local.ports import free_base
from deploy.local.system import System
from deploy.local.temporary import reachable_directory
from tests.chaos.ledger import Ledger
from tests.chaos.load import Load
from tests.chaos.proof import Proof
from tests.chaos.trouble import Trouble
from tests.chaos.wired import WiredSystem

DRAINED = 180.0
"""Seconds within which, once all is calm, everything that was begun is answered."""


@dataclass
class Report:
    """What was tried, and what did not hold."""

    seed: int
    transport: str
    requests: int = 0
    repeated: int = 0
    records: int = 0
    versions: int = 0
    granted: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    @property
    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def play(
    seed: int,
    *,
    kafka: bool,
    pause: float,
    times: int | None = None,
    seconds: float | None = None,
    tell: Callable[[str], None] = lambda _: None,
    keep_logs: Path | None = None,
    afterwards: Callable[[System, Ledger], None] = lambda _system, _ledger: None,
) -> Report:
    """Plays `times` short troubles, or short and long ones for `seconds`, about `pause` seconds apart, upon a system
    under load; `afterwards` sees it before it is stopped, and the programs' logs are copied to `keep_logs`. Call from
    the main thread."""
    with reachable_directory() as directory:
        system = WiredSystem(directory / "run", port_base=free_base(), broker="node" if kafka else None, tell=tell)
        try:
            system.start()
            load, trouble = Load(system, seed), Trouble(system, seed, long=seconds is not None, tell=tell)
            tell(f"load and troubles, seed {seed}")
            asyncio.run(_both(load, trouble, partial(trouble.run, pause, times=times, seconds=seconds)))
            tell("calm: the proof")
            report = Report(seed, "kafka" if kafka else "feed", load.requests, load.repeated)
            report.records = len(load.ledger.records)
            report.versions = sum(len(held.versions) for held in load.ledger.records.values())
            report.granted, report.troubles = len(load.ledger.granted), dict(sorted(trouble.befell.items()))
            report.findings = asyncio.run(_proved(system, load, trouble))
            afterwards(system, load.ledger)
            return report
        finally:
            system.stop()
            if keep_logs is not None:
                shutil.copytree(system.state / "log", keep_logs, dirs_exist_ok=True)
                shutil.copy(system.server.log, keep_logs / "postgres.log")


async def _both(load: Load, trouble: Trouble, befall: Callable[[], Awaitable[None]]) -> None:
    async with load.client, asyncio.TaskGroup() as group:
        await load.prepare()
        keeping = group.create_task(trouble.keep())
        loading = group.create_task(load.run())
        await befall()
        load.stopping = True
        async with asyncio.timeout(DRAINED):
            await loading
        keeping.cancel()


async def _proved(system: System, load: Load, trouble: Trouble) -> list[str]:
    keeping = asyncio.create_task(trouble.keep())
    try:
        return await asyncio.to_thread(Proof(system, load.ledger).findings)
    finally:
        keeping.cancel()
