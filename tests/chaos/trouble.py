"""Trouble at random, by a seed: parts are killed, asked to end, or frozen; networks are cut, fall silent or crawl; what
has ended is started again. The troubles are dealt from a shuffled deck, so that in a long run each of them occurs."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.chaos.wired import WiredSystem
from tests.chaos.wires import Wire

SHORT = (0.5, 4.0)  # seconds, between
LONG = (40.0, 45.0)
"""Longer than clients wait for an answer (30 s), and than a broker believes in a consumer that is silent."""
LOOK = 0.1


@dataclass(frozen=True)
class Card:
    """One trouble: what it is called in the report, and what does it."""

    told: str
    befall: Callable[[], Awaitable[None]]


class Trouble:
    """What befalls the programs of a system, its PostgreSQL, its Kafka and their networks; `befell` counts what did, by
    kind. `long`: whether some of it lasts for LONG, too."""

    def __init__(self, system: WiredSystem, seed: int, *, long: bool, tell: Callable[[str], None]) -> None:
        self.befell: Counter[str] = Counter()
        self._system = system
        self._random = random.Random(seed)
        self._programs = {program.name: program for program in system.programs()}
        self._long = long
        self._tell = tell
        self._began = time.monotonic()

    async def run(self, pause: float, *, times: int | None = None, seconds: float | None = None) -> None:
        """`times` troubles, or those of so many seconds, about `pause` seconds apart; at the end everything runs, and
        nothing is frozen or cut."""
        self._began = time.monotonic()
        for number, card in enumerate(self._dealt()):
            if number == times or (seconds is not None and time.monotonic() > self._began + seconds):
                return
            await asyncio.sleep(self._random.uniform(0.5, 1.5) * pause)
            self.befell[card.told] += 1
            self._tell(f"{time.monotonic() - self._began:6.0f} s  {card.told}")
            await card.befall()

    async def keep(self) -> None:
        """Starts again whatever has ended, until cancelled."""
        while True:
            for child in self._system.supervisor.children:
                if child.process.poll() is not None:
                    self._system.supervisor.start(self._programs[child.name])
            await asyncio.sleep(LOOK)

    def deck(self) -> list[Card]:
        """Each trouble once, and of the long ones one of each kind of program; in the order in which they are dealt."""
        cards = [*self._program_cards(), *self._server_cards(), *self._network_cards()]
        if self._long:
            cards += self._long_cards()
        self._random.shuffle(cards)
        return cards

    def _dealt(self) -> Iterator[Card]:
        while True:
            yield from self.deck()

    def _program_cards(self) -> Iterator[Card]:
        for name in sorted(self._programs):
            yield Card(f"{name} killed", partial(self._signal, name, signal.SIGKILL))
            yield Card(f"{name} ended", partial(self._signal, name, signal.SIGTERM))
            yield self._frozen_card(name, SHORT)

    def _server_cards(self) -> Iterator[Card]:
        yield from [Card("postgres killed", self._kill_postgres)] * 2
        yield Card("postgres frozen", partial(self._freeze_postgres, SHORT))
        if self._system.node is not None:
            yield from [Card("kafka killed", self._kill_kafka)] * 2
            yield Card("kafka frozen", partial(self._freeze_kafka, SHORT))

    def _network_cards(self) -> Iterator[Card]:
        for link in sorted(self._system.wires.links):
            for told, trouble in {"cut": Wire.cut, "silent": Wire.silence, "slow": Wire.slow}.items():
                yield Card(f"{link} {told}", partial(self._disturb, link, trouble, SHORT))

    def _long_cards(self) -> Iterator[Card]:
        """Of programs and networks that are of a kind, one by chance."""
        for name in self._one_of_each_kind(self._programs):
            yield self._frozen_card(name, LONG, " long")
        for link in self._one_of_each_kind(self._system.wires.links):
            yield Card(f"{link} silent long", partial(self._disturb, link, Wire.silence, LONG))
        yield Card("postgres frozen long", partial(self._freeze_postgres, LONG))
        if self._system.node is not None:
            yield Card("kafka frozen long", partial(self._freeze_kafka, LONG))

    def _frozen_card(self, name: str, between: tuple[float, float], told: str = "") -> Card:
        return Card(f"{name} frozen{told}", partial(self._freeze, name, between))

    def _one_of_each_kind(self, names: Iterable[str]) -> list[str]:
        """The kind is what follows the service's name: api, relay, background, intake; relay to postgres."""
        kinds: dict[str, list[str]] = {}
        for name in sorted(names):
            kinds.setdefault(name.rpartition("-")[2], []).append(name)
        return [self._random.choice(members) for members in kinds.values()]

    async def _signal(self, name: str, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it had just ended
            os.kill(self._pid(name), number)

    async def _freeze(self, name: str, between: tuple[float, float]) -> None:
        await self._frozen([self._pid(name)], between)

    async def _kill_postgres(self) -> None:
        """The postmaster alone: its backends end as soon as they notice, as after any crash."""
        self._system.server.process.kill()
        self._system.server.process.wait()
        self._system.server.restart()

    async def _freeze_postgres(self, between: tuple[float, float]) -> None:
        """As a machine that swaps: nobody is answered, and nobody is told."""
        await self._frozen(_with_children(self._system.server.process.pid), between)

    async def _kill_kafka(self) -> None:
        assert self._system.node is not None
        self._system.node.process.kill()
        self._system.node.process.wait()
        self._system.node.restart()

    async def _freeze_kafka(self, between: tuple[float, float]) -> None:
        assert self._system.node is not None
        await self._frozen([self._system.node.process.pid], between)

    async def _frozen(self, pids: list[int], between: tuple[float, float]) -> None:
        try:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(self._random.uniform(*between))
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    async def _disturb(self, link: str, trouble: Callable[[Wire], None], between: tuple[float, float]) -> None:
        with self._system.wires.troubled(link, trouble):
            await asyncio.sleep(self._random.uniform(*between))

    def _pid(self, name: str) -> int:
        return next(child.process.pid for child in self._system.supervisor.children if child.name == name)


def _with_children(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
