"""`make simulate PEOPLE=20000 YEARS=3 SEED=1`: an invented country into the running system, and its truth beside it.

The same seed gives the same country. It is drawn whole, sent through the services' own interfaces as it became known,
and waited for until the figures hold all of it; then a release is cut. Best into a system of its own (`DEMO=no`).
"""

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path

import httpx

from deploy.local import issuer
from deploy.simulation.draw import draw
from deploy.simulation.play import Played, Registers, Rejected, play, quota_kept
from deploy.simulation.spool import Spool
from shared import clock
from shared.kernel.calendar import add_months

SERVICES = ("portal", "permits", "kandas", "consular", "accounting")
ON_BEHALF = "demonstration"
TIMEOUT = 300.0
PATIENCE = 6 * 60 * 60  # seconds for the figures to hold everything
_MEBI = 1024  # ru_maxrss counts in KiB


def main() -> None:
    """Ends with a reason where the country cannot be, or a service does not take it."""
    asked = _asked()
    if asked.through >= clock.today():
        sys.exit(f"{asked.through} is not over: registers know of days that are past")
    folder = asked.out or Path(f".run/simulation/{asked.people}-{asked.years}y-seed{asked.seed}")
    simulate(asked.seed, asked.people, asked.years, asked.through, folder)
    release()
    _tell(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEBI} MiB of memory")


def simulate(seed: int, people: int, years: int, through: date, folder: Path) -> None:
    """Draws a country, plays it into the running system and waits until the figures hold it; its truth stays in
    `folder`. Ends with the reason where a service does not take it."""
    start, began = first_day(through, years), time.monotonic()
    spool = draw(seed, people, start, through, folder)
    _tell(f"{people} lives from {start} through {through}, drawn in {time.monotonic() - began:.0f} s")
    _tell(f"the truth: {folder}")
    try:
        asyncio.run(_into_the_system(spool, start, through))
    except Rejected as why:
        sys.exit(f"a fault of the simulation: {why}")
    shutil.rmtree(folder / "spool")


def release() -> None:
    """Everybody reads figures of a release alone."""
    subprocess.run([sys.executable, "-m", "services.accounting", "release"], check=True)


def first_day(through: date, years: int) -> date:
    """The first day of so many years that end with `through`."""
    return add_months(through + timedelta(1), -12 * years)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="how many lives")
    parser.add_argument("--years", type=int, default=3, help="how many years the registers write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--through", type=date.fromisoformat, default=date(2026, 6, 30), help="the last day")
    parser.add_argument("--out", type=Path, help="where the truth is kept")
    asked = parser.parse_args()
    if asked.people < 1 or not 1 <= asked.years <= 10:
        parser.error("at least one life, one to ten years")
    return asked


async def _into_the_system(spool: Spool, start: date, through: date) -> None:
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(_client(name)) for name in SERVICES}
        began, registers = time.monotonic(), Registers(clients, _headers)
        if year := await quota_kept(registers, start, through):
            sys.exit(f"here a quota of {year} is kept, by which permits are issued: take a system of its own (DEMO=no)")
        played = await play(spool, registers, start, through, _tell)
        sent = time.monotonic() - began
        _tell(f"{_sums(played)} sent in {sent:.0f} s")
        await _settled(clients["accounting"])
    _tell(f"settled {time.monotonic() - began:.0f} s after the first record was sent")


def _sums(played: Played) -> str:
    records = ", ".join(f"{count} {path}" for path, count in sorted(played.taken.items(), key=lambda each: -each[1]))
    return f"{records}; {sum(played.changed.values())} corrections and withdrawals"


async def _settled(accounting: httpx.AsyncClient) -> None:
    until = time.monotonic() + PATIENCE
    while not (await accounting.get("/v1/status")).raise_for_status().json()["settled"]:
        if time.monotonic() > until:
            sys.exit("accounting has not counted everything yet: cut a release when it has (make release)")
        await asyncio.sleep(1)


def _client(service: str) -> httpx.AsyncClient:
    address = f"http://127.0.0.1:{os.environ[f'KOSH_{service.upper()}_PORT']}"
    return httpx.AsyncClient(base_url=address, timeout=TIMEOUT)


def _headers(role: str, agency: str | None) -> dict[str, str]:
    directory = Path(os.environ["KOSH_OIDC_JWKS_FILE"]).parent
    return {"Authorization": f"Bearer {issuer.mint(directory, role, agency=agency or ON_BEHALF)}"}


def _tell(text: str) -> None:
    print(f"  {text}", flush=True)


if __name__ == "__main__":
    main()
