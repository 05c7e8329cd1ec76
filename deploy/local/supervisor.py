"""Starts programs, notices when one of them ends and starts it again, and stops them all together."""

import os
import signal
import subprocess
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local import process
from deploy.local.failure import Failed, end_of

MARK = "KOSH_RUN_STATE"
"""The environment variable by which the programs of a state directory are found again after their supervisor died."""

STOP_PATIENCE = 20.0  # longer than the services give their running requests
STRAY_PATIENCE = 3.0
PAUSE = 0.1
RESTARTS = 5  # that often a program is started again ...
LATELY = 300.0  # ... within so many seconds, before it is given up
FIRST_PAUSE = 1.0  # seconds until it is started again; twice as long each time


@dataclass(frozen=True)
class Program:
    """What to start. `ready`: the address that answers 200 once it works, where it has one."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: str | None = None


@dataclass(frozen=True)
class Child:
    """A program that was started, and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    program: Program | None = None


@dataclass
class Deaths:
    """When a program has ended of late, and when it is started again."""

    at: deque[float] = field(default_factory=deque)
    due: float | None = None


class Supervisor:
    """The programs of one state directory; what they print goes to `<state>/log/<name>.log`."""

    def __init__(self, state: Path) -> None:
        self._state = state.resolve()
        self.mark = {MARK: str(self._state)}
        self._started: list[Child] = []
        self._watched: list[Child] = []
        self._deaths: defaultdict[str, Deaths] = defaultdict(Deaths)

    def start(self, program: Program) -> Child:
        """Starts it; call from the main thread. The log of the run before is kept beside the new one."""
        log = self._state / "log" / f"{program.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.rename(log.with_suffix(".log.1"))
        environment = os.environ | program.environment | self.mark
        with log.open("wb") as output:
            running = process.start(process.guarded(program.command), output=output, env=environment)
        self._started.append(Child(program.name, running, log, program))
        return self._started[-1]

    def run(self, program: Program) -> None:
        """Starts it and waits for its end; raises Failed unless it succeeds, or when another program ends meanwhile."""
        child = self.start(program)
        self._started.remove(child)  # its end is no fault
        try:
            while child.process.poll() is None:
                self.check()
                time.sleep(PAUSE)
        finally:
            process.stop(child.process, patience=STOP_PATIENCE, signal=signal.SIGTERM)
        if child.process.returncode != 0:
            raise Failed(f"{program.name} failed; {end_of(child.log)}")

    def watch(self, name: str, running: subprocess.Popen[bytes], log: Path) -> None:
        """Notices the end of a program that somebody else started and will stop."""
        self._watched.append(Child(name, running, log))

    @property
    def children(self) -> tuple[Child, ...]:
        """The programs that were started last, each once, whether or not they still run."""
        return tuple({child.name: child for child in self._started}.values())

    def check(self) -> None:
        """Raises Failed if any of the programs does not run any more."""
        for child in (*self._watched, *self._started):
            if child.process.poll() is not None:
                raise Failed(_obituary(child))

    def keep_running(self, tell: Callable[[str], None]) -> None:
        """Starts again what has ended, each time after a longer pause, and says so; call it again and again, from the
        main thread. Raises Failed for what ends again and again, and for what somebody else has started."""
        for child in self._watched:
            if child.process.poll() is not None:
                raise Failed(_obituary(child))
        for child in [each for each in self._started if each.process.poll() is not None]:
            self._start_again(child, self._deaths[child.name], tell)

    def _start_again(self, child: Child, deaths: Deaths, tell: Callable[[str], None]) -> None:
        now = time.monotonic()
        if deaths.due is None:
            deaths.at.append(now)
            while deaths.at[0] < now - LATELY:
                deaths.at.popleft()
            if len(deaths.at) > RESTARTS:
                raise Failed(f"{child.name} does not stay up: it ended {len(deaths.at)} times; {_obituary(child)}")
            pause = FIRST_PAUSE * 2 ** (len(deaths.at) - 1)
            deaths.due = now + pause
            tell(f"{_obituary(child)}\n{child.name} is started again in {pause:g} s")
        elif now >= deaths.due and child.program is not None:
            deaths.due = None
            self._started.remove(child)
            self.start(child.program)

    def wait_until_ready(self, programs: Sequence[Program], patience: float) -> None:
        """Returns when every program that has a readiness address answers there; raises Failed."""
        deadline = time.monotonic() + patience
        for program in programs:
            while program.ready is not None and not answers(program.ready):
                self.check()
                if time.monotonic() > deadline:
                    raise Failed(f"{program.name} is not ready after {patience:.0f} s, see {program.ready}")
                time.sleep(PAUSE)
        self.check()  # it may be someone else who answers there

    def stop(self) -> None:
        """Asks all to end at once, then waits for each; whoever takes too long is killed."""
        for child in self._started:
            if child.process.poll() is None:
                child.process.terminate()
        for child in self._started:
            process.stop(child.process, patience=STOP_PATIENCE, signal=signal.SIGTERM)
        self._started.clear()
        self._watched.clear()  # their starter stops them next

    def stop_strays(self) -> None:
        """Ends programs of an earlier supervisor that was killed, and returns when none is left: most are ending by
        themselves already. Raises Failed for one that not even a kill ends."""
        if not self._gone_within(STRAY_PATIENCE):
            for pid in strays(self._state):
                with suppress(ProcessLookupError):  # ended meanwhile
                    os.kill(pid, signal.SIGKILL)
            if not self._gone_within(STRAY_PATIENCE):  # a kill takes effect when the kernel gets to it
                raise Failed(f"programs of an earlier run do not end: {strays(self._state)}")

    def _gone_within(self, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while strays(self._state):
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
        return True


def _obituary(child: Child) -> str:
    return f"{child.name} ended with exit code {child.process.returncode}; {end_of(child.log)}"


def strays(state: Path) -> list[int]:
    """The processes that carry the mark of this state directory."""
    mark = f"{MARK}={state.resolve()}".encode()
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (directory / "environ").read_bytes().split(b"\0"):
                found.append(int(directory.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with 200."""
    try:
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
