"""An invented country into the running system: drawn whole, sent as it became known, and waited for."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path

import httpx

from deploy.local import issuer
from deploy.simulation.draw import SPOOL, draw
from deploy.simulation.hosts import FILE
from deploy.simulation.play import Played, Registers, Rejected, play, quota_kept
from deploy.simulation.spool import Spool
from shared.kernel.calendar import add_months

SERVICES = ("portal", "permits", "kandas", "consular", "accounting")
ON_BEHALF = "demonstration"
TIMEOUT = 300.0
PATIENCE = 6 * 60 * 60  # seconds for the figures to hold everything


def simulate(seed: int, people: int, years: int, through: date, folder: Path, world: str = "") -> None:
    """Draws a country, in a mis-specified world if one is named, plays it into the running system and waits until the
    figures hold it; its truth stays in `folder`. Ends with the reason where a service does not take it."""
    start, began = first_day(through, years), time.monotonic()
    spool = draw(seed, people, start, through, folder, broken=world)
    tell(f"{people} lives from {start} through {through}, drawn in {time.monotonic() - began:.0f} s")
    tell(f"the truth: {folder}")
    try:
        asyncio.run(_into_the_system(spool, start, through))
    except Rejected as why:
        sys.exit(f"a fault of the simulation: {why}")
    shutil.rmtree(folder / SPOOL)


def spooled(folder: Path) -> bool:
    """Whether a country was drawn there that has not been played in whole: it may be simulated again."""
    return (folder / SPOOL).exists()


def hear_hosts(folder: Path) -> None:
    """Loads what host countries publish, as an operator would. A system that holds real figures of it keeps those."""
    if _accounting("load", str(folder / FILE)):
        tell("what host countries publish is not loaded: this system holds other figures")


def settle() -> None:
    """Waits until the figures hold whatever the registers do."""

    async def wait() -> None:
        async with _client("accounting") as accounting:
            await _settled(accounting)

    asyncio.run(wait())


def release() -> None:
    """Everybody reads no figures but those of a release; estimates are made anew before it."""
    if _accounting("release"):
        sys.exit("no release was cut")


def _accounting(*command: str) -> int:
    return subprocess.run([sys.executable, "-m", "services.accounting", *command], check=False).returncode


def first_day(through: date, years: int) -> date:
    """The first day of so many years that end with `through`."""
    return add_months(through + timedelta(1), -12 * years)


async def _into_the_system(spool: Spool, start: date, through: date) -> None:
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(_client(name)) for name in SERVICES}
        began, registers = time.monotonic(), Registers(clients, _headers)
        if year := await quota_kept(registers, start, through):
            sys.exit(f"here a quota of {year} is kept, by which permits are issued: take a system of its own (DEMO=no)")
        played = await play(spool, registers, start, through, tell)
        sent = time.monotonic() - began
        tell(f"{_sums(played)} sent in {sent:.0f} s")
        await _settled(clients["accounting"])
    tell(f"settled {time.monotonic() - began:.0f} s after the first record was sent")


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


def tell(text: str) -> None:
    print(f"  {text}", flush=True)
