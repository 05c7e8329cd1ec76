"""`make judge SEEDS="101 102 103" PEOPLE=12000 YEARS=6 WORLD=`: countries judged in minutes, without a running system.

A short cut for judging methods: what the registers of a country write is stored as the facts that accounting takes of
it, what host countries publish is loaded, the figures are rebuilt, a release is cut, and accounting's own API is asked
as `make accuracy` asks it. Accounting, its database and its release are the real ones; the registers are left out, and
with them all that they do by themselves: what they would reject, match (a host's notice to a crossing), state (a permit
that runs out) or derive, and the intake with its transports. `make simulate` with `make accuracy` remains the real way.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import uvloop

from deploy.local import issuer
from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory, temporary_server
from deploy.simulation import misspecified
from deploy.simulation.draw import SPOOL, draw
from deploy.simulation.hosts import FILE
from deploy.simulation.simulate import first_day, tell
from deploy.simulation.spool import Spool
from services.accounting.cases.rebuild import rebuild
from shared.db.migrate import upgrade
from shared.events.envelope import Event
from shared.events.portal import FeedCoverage
from shared.testing.process import ApiProcess, api_process
from tests.accuracy import coverage, report
from tests.accuracy.counted import Accounting
from tests.accuracy.measurement import measure, statistician
from tests.accuracy.truth import read
from tests.bench.country_feed import PAGE
from tests.bench.published import event, placed
from tests.bench.stored import SECRET, store

THROUGH: Final = date(2026, 6, 30)
STEPS: Final = ("estimate", "signs", "release")
"""What accounting does before it is asked; what it estimates by itself once a day belongs before the release."""

REGISTERS: Final = ("portal", "permits", "kandas", "consular")


def main() -> None:
    """Prints each country's report as it comes, then the coverage of all of them together."""
    asked = _asked()
    with temporary_server() as server:
        folders = [uvloop.run(_judged(asked, seed, server)) for seed in asked.seeds]
    print(coverage.text(coverage.pooled(map(coverage.read, folders))))


async def _judged(asked: argparse.Namespace, seed: int, server: Server) -> Path:
    """Plays one country in, and reports on it; where the report lies."""
    began, start = time.monotonic(), first_day(THROUGH, asked.years)
    world = f"-{asked.world}" if asked.world else ""
    folder: Path = asked.out / f"{asked.people}-{asked.years}y-seed{seed}{world}"
    spool = draw(seed, asked.people, start, THROUGH, folder, broken=asked.world, line=event)
    name = f"judged_{seed}_{asked.world}"
    made = await server.ensure_database("accounting", name=name)
    await asyncio.to_thread(upgrade, "accounting", made.owner_url)
    await _take_in(server.dsn(made.name), spool, start)
    await rebuild(made.owner_url.replace("+asyncpg", ""), lambda _: None)
    await _report(made, folder, asked.steps)
    await server.drop_database(name)
    shutil.rmtree(folder / SPOOL)
    tell(f"{folder}: judged in {time.monotonic() - began:.0f} s")
    return folder


async def _take_in(dsn: str, spool: Spool, start: date) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for register in REGISTERS:
            await store(connection, pages(spool, register, start), register)
    finally:
        await connection.close()


def pages(spool: Spool, register: str, start: date) -> Iterator[bytes]:
    """A register's feed as its answers, by the day on which each event became known; the portal's begins with what the
    border covers."""
    sheets = chain.from_iterable(spool.months().values())
    own = spool.in_turn(sheet for sheet in sheets if sheet.service == register)
    covered = [_covered(start)] if register == "portal" else []
    events = (placed(told, number) for number, told in enumerate(chain(covered, own), start=1))
    while page := list(islice(events, PAGE)):
        yield b"[%s]" % b",".join(page)


def _covered(start: date) -> bytes:
    fact = FeedCoverage(feed="berkut", register_start=start.isoformat(), complete_through=THROUGH.isoformat())
    return Event.of(fact, UUID(int=0), 1, datetime(2026, 7, 1, tzinfo=UTC)).as_json()


async def _report(made: Database, folder: Path, steps: Sequence[str]) -> None:
    about = json.loads((folder / "about.json").read_text())
    with reachable_directory() as directory:
        os.environ |= _settings(directory)
        async with api_process("accounting", made, directory / "issuer") as api:
            await _run(made, api, "load", str(folder / FILE))
            for step in steps:
                await _run(made, api, step)
            with statistician(api.address, api.keys) as client:
                accounting = Accounting(client)
                found = await asyncio.to_thread(measure, read(folder), about, accounting)
                for reason in accounting.reasons():
                    tell(reason)
    report.write(found, folder)
    print(report.text(found), flush=True)


def _settings(directory: Path) -> Mapping[str, str]:
    return {
        "KOSH_ACCOUNTING_IDENTITY_SECRET": SECRET.decode(),
        "KOSH_ACCOUNTING_AUDIT_ANCHORS": str(directory / "anchors"),
        "KOSH_FEED_PORTAL_URL": "http://127.0.0.1:1",  # which an API names and does not read
    }


async def _run(made: Database, api: ApiProcess, *step: str) -> None:
    """One of accounting's own commands."""
    settings = made.settings("accounting") | issuer.environment(api.keys) | {"KOSH_ACCOUNTING_PORT": str(api.port)}
    command = (sys.executable, "-m", "services.accounting", *step)
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(*command, env=os.environ | settings)
    if await process.wait():
        sys.exit(f"accounting could not {' '.join(step)}")
    tell(f"{step[0]}: {time.monotonic() - began:.1f} s")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make judge", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--people", type=int, default=12_000, help="how many lives each")
    parser.add_argument("--years", type=int, default=6, help="how many years the registers write")
    parser.add_argument("--world", choices=misspecified.names(), default="", help="a mis-specified one")
    parser.add_argument("--steps", nargs="+", default=STEPS, help="accounting's commands before it is asked")
    parser.add_argument("--out", type=Path, default=Path(".run/judged"), help="where truth and reports are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
