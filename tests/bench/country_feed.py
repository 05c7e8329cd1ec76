"""The portal's feed of a simulated country (deploy/simulation), as consumers read it: the load of the bench.

What the portal's registers write of its lives in seven years, late, mistyped, corrected and withdrawn as their faults
have it, in the order in which it becomes known; one event in a hundred comes twice, as at-least-once delivery allows.
Drawn once for a seed and a size, in flat memory, into a file whose lines are the feed's answers; the same seed gives
the same bits. `python -m tests.bench.country_feed --events 1000000` draws one.
"""

import argparse
import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Final
from uuid import UUID

import orjson

from deploy import simulation
from deploy.simulation.country import Country
from deploy.simulation.rates import rates
from deploy.simulation.registers import portal
from deploy.simulation.registers.office import World
from deploy.simulation.spool import Spool
from services.accounting.intake.run import LIMIT
from shared.events.envelope import Event
from shared.events.portal import FeedCoverage
from shared.testing.process import peak_memory
from tests.bench import published
from tests.bench.published import event, placed

START, THROUGH = date(2019, 1, 1), date(2025, 12, 31)
PAGE: Final = LIMIT
"""Events in an answer: as many as are asked for."""

FEEDS = Path(os.environ.get("KOSH_STATE", ".run")) / "bench"
"""Where drawn ones are kept from one part of the bench to the next."""

_PER_LIFE: Final = 4.94
"""Events that a life brings on average in these years, as measured: a size comes out as asked within per cents."""

_AGAIN: Final = 0.01
_REMEMBERED: Final = 50_000
"""How far back what comes twice may lie."""


def pages(events: int, seed: int = 1, folder: Path = FEEDS) -> Iterator[bytes]:
    """About so many events, oldest first, as the feed's answers; the first declares what the register covers. Positions
    count from 1."""
    with feed(events, seed, folder).open("rb") as file:
        for line in file:
            yield line.rstrip()


def stream(events: int, seed: int = 1, folder: Path = FEEDS) -> Iterator[dict[str, Any]]:
    """The same one after the other, as they are asked for."""
    for page in pages(events, seed, folder):
        yield from orjson.loads(page)


def feed(events: int, seed: int, folder: Path = FEEDS) -> Path:
    """The file of so many events: drawn by a process of its own, unless it is there."""
    kept = folder / f"feed-{events}-seed{seed}-{_digest()}.jsonl"
    if not kept.exists():
        command = (sys.executable, "-m", "tests.bench.country_feed", "--events", str(events), "--seed", str(seed))
        subprocess.run((*command, "--folder", str(folder)), check=True)
    return kept


def draw(events: int, seed: int, folder: Path) -> Path:
    """Draws the file, and takes away those of the same seed and size that were drawn by other code."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"feed-{events}-seed{seed}-{_digest()}.jsonl"
    work = Path(mkdtemp(prefix="drawing-", dir=folder))
    try:
        _write(work / kept.name, _positioned(_drawn(round(events / _PER_LIFE), seed, work / "spool"), seed))
        for former in folder.glob(f"feed-{events}-seed{seed}-*.jsonl"):
            former.unlink(missing_ok=True)
        return (work / kept.name).replace(kept)
    finally:
        shutil.rmtree(work)


def _write(path: Path, events: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        while page := list(islice(events, PAGE)):
            file.write(b"[%s]\n" % b",".join(page))


def _drawn(people: int, seed: int, folder: Path) -> Iterator[bytes]:
    """The events of a country, without positions, by the day on which they become known."""
    spool = Spool(folder, event)
    world = World(seed, START, THROUGH, rates())
    for life in Country(seed, people, START, THROUGH).lives():
        for each in portal.written(world, life):
            spool.add(each)
    spool.close()
    for sheets in spool.months().values():
        yield from spool.in_turn(sheets)


def _positioned(events: Iterator[bytes], seed: int) -> Iterator[bytes]:
    """All of them with their positions after what the register covers, and some once more."""
    random, seen, position = Random(f"{seed}/again"), [b""] * _REMEMBERED, 1
    yield placed(_coverage(), 1)
    for number, told in enumerate(events):
        position += 1
        yield placed(told, position)
        seen[number % _REMEMBERED] = told
        if random.random() < _AGAIN:
            position += 1
            yield placed(seen[random.randrange(min(number + 1, _REMEMBERED))], position)


def _coverage() -> bytes:
    covered = FeedCoverage(feed="berkut", register_start=START.isoformat(), complete_through=THROUGH.isoformat())
    return Event.of(covered, UUID(int=0), 1, datetime(2026, 1, 1, tzinfo=UTC)).as_json()


@cache
def _digest() -> str:
    """Of all that a feed is drawn by: another code or another rate draws another one."""
    told, places = blake2b(digest_size=6), (Path(simulation.__file__).parent, Path(__file__).parents[2] / "shared")
    files = [path for place in places for path in place.rglob("*") if path.suffix in (".py", ".csv", ".toml")]
    for path in sorted([*files, Path(__file__), Path(published.__file__)]):
        told.update(path.read_bytes())
    return told.hexdigest()


def main() -> None:
    """Draws one, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FEEDS)
    asked = parser.parse_args()
    gc.freeze()
    begun = time.process_time()
    file = draw(asked.events, asked.seed, asked.folder)
    took, memory = time.process_time() - begun, peak_memory(os.getpid())
    with file.open("rb") as kept:
        count = sum(line.count(b'"specversion"') for line in kept)
    cost = f"{took:.1f} s_cpu {took / count * 1e6:.0f} us/event {memory / 2**20:.0f} MiB_peak"
    print(
        f"feed_drawn {count} events seed={asked.seed} {cost} {file.stat().st_size / 2**20:.0f} MiB_on_disk", flush=True
    )


if __name__ == "__main__":
    main()
