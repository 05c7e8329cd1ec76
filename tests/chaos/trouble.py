"""Trouble at random, by a seed: parts are killed, asked to end, or frozen; what has ended is started again."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

from deploy.local.system import System

FROZEN = (0.5, 4.0)  # seconds, between
LOOK = 0.1


class Trouble:
    """What befalls the programs of a system, its PostgreSQL and its Kafka; `befell` counts what did, by kind."""

    def __init__(self, system: System, seed: int) -> None:
        self.befell: Counter[str] = Counter()
        self._system = system
        self._random = random.Random(seed)
        self._programs = {program.name: program for program in system.programs()}

    async def run(self, pause: float, times: int) -> None:
        """`times` troubles, about `pause` seconds apart; at the end everything runs and nothing is frozen."""
        for _ in range(times):
            await asyncio.sleep(self._random.uniform(0.5, 1.5) * pause)
            await self._random.choice(list(self._kinds()))()

    async def keep(self) -> None:
        """Starts again whatever has ended, until cancelled."""
        while True:
            for child in self._system.supervisor.children:
                if child.process.poll() is not None:
                    self._system.supervisor.start(self._programs[child.name])
            await asyncio.sleep(LOOK)

    def _kinds(self) -> Iterator[Callable[[], Awaitable[None]]]:
        """The weights are how often each is named."""
        yield from [self._kill, self._kill, self._end, self._freeze, self._freeze]
        yield from [self._kill_postgres, self._freeze_postgres]
        if self._system.node is not None:
            yield from [self._kill_kafka, self._freeze_kafka]

    async def _kill(self) -> None:
        self._signal(self._any(), signal.SIGKILL, "killed")

    async def _end(self) -> None:
        self._signal(self._any(), signal.SIGTERM, "ended")

    async def _freeze(self) -> None:
        name = self._any()
        await self._frozen(name, [self._pid(name)])

    async def _kill_postgres(self) -> None:
        """The postmaster alone: its backends end as soon as they notice, as after any crash."""
        self.befell["postgres killed"] += 1
        self._system.server.process.kill()
        self._system.server.process.wait()
        self._system.server.restart()

    async def _freeze_postgres(self) -> None:
        """As a network that loses every packet: nobody is answered, and nobody is told."""
        await self._frozen("postgres", _with_children(self._system.server.process.pid))

    async def _kill_kafka(self) -> None:
        assert self._system.node is not None
        self.befell["kafka killed"] += 1
        self._system.node.process.kill()
        self._system.node.process.wait()
        self._system.node.restart()

    async def _freeze_kafka(self) -> None:
        assert self._system.node is not None
        await self._frozen("kafka", [self._system.node.process.pid])

    async def _frozen(self, name: str, pids: list[int]) -> None:
        self.befell[f"{name} frozen"] += 1
        try:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(self._random.uniform(*FROZEN))
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _any(self) -> str:
        return self._random.choice(sorted(self._programs))

    def _pid(self, name: str) -> int:
        return next(child.process.pid for child in self._system.supervisor.children if child.name == name)

    def _signal(self, name: str, number: signal.Signals, told: str) -> None:
        self.befell[f"{name} {told}"] += 1
        with suppress(ProcessLookupError):  # it had just ended
            os.kill(self._pid(name), number)


def _with_children(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
