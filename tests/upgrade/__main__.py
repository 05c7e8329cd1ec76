"""`make release-dump`: a system of its own, a few hundred invented records of every kind through its API, and a dump of
each database in SQL: what the next version's migrations meet (tests.upgrade). Beside them the registers' code, as it is
committed, which the next version runs beside."""

import argparse
import asyncio
import gzip
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from contracts import export
from deploy.local import binaries, issuer
from deploy.local.ports import free_base
from deploy.local.system import System
from deploy.local.temporary import reachable_directory
from deploy.services import REGISTERS, SERVICES
from shared import clock
from shared.records.record_type import RecordType
from tests.chaos.load import Load
from tests.portal.hosts import notice
from tests.upgrade.releases import FOLDER, keep_code

SEED = 20_261_129
TIMES = {"_cross": 40, "_register_abroad": 12, "_lodge": 8, "_apply": 16, "_send_file": 2, "_revise": 40}
PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="make release-dump", description=__doc__)
    parser.add_argument("--release", type=date.fromisoformat, default=clock.today(), help="the day of the release")
    write(FOLDER / parser.parse_args().release.isoformat())


def write(folder: Path) -> None:
    """Makes the records and writes `<service>.sql.gz` for each database."""
    with reachable_directory() as directory:
        system = System(directory / "run", port_base=free_base(), tell=print)
        try:
            system.start()
            asyncio.run(_load(Load(system, SEED)))
            _examples(system)
            _counted(system)
            for service in REGISTERS:
                _run(system, service, "access-log-seal")
            folder.mkdir(parents=True, exist_ok=True)
            keep_code(folder)
            for service in SERVICES:
                (folder / f"{service}.sql.gz").write_bytes(gzip.compress(_dump(system, service).encode(), 9, mtime=0))
        finally:
            system.stop()


async def _load(load: Load) -> None:
    async with load.client:
        await load.prepare()
        for user, times in TIMES.items():
            for number in range(times):
                await getattr(load, user)(number)


def _examples(system: System) -> None:
    """Every example of the contracts, once."""
    with httpx.Client(timeout=30) as client:
        for service in REGISTERS:
            address = system.address(service)
            paths = client.get(f"{address}/openapi.json").json()["paths"]
            taken = [kind for kind in kinds(service) if f"/v1/{kind.path}:batch" in paths]
            for kind, content in ((each, content) for each in taken for content in _contents(each)):
                owner = next((value for name, value in content.items() if name.endswith("_bin")), None)
                token = issuer.mint(system.issuer, kind.writers, **({"bin": owner} if owner else {}))
                headers = {"Authorization": f"Bearer {token}"}
                answer = client.post(f"{address}/v1/{kind.path}", json=content, headers=headers)
                assert answer.status_code == 201, (kind.path, answer.text)


def kinds(service: str) -> Iterator[RecordType[Any]]:
    """Every kind of record that a register holds."""
    cases = importlib.import_module(f"services.{service}.cases")
    names = [each.name for each in pkgutil.walk_packages(cases.__path__, f"{cases.__name__}.")]
    found = [each for name in names for each in vars(importlib.import_module(name)).values()]
    yield from {each.path: each for each in found if isinstance(each, RecordType)}.values()


def _contents(kind: RecordType[Any]) -> Iterator[dict[str, Any]]:
    if kind.path == "host-notifications":  # its example tells less than it takes
        yield notice("office", source_id="example")
        return
    folder = export.FOLDER / "examples" / kind.fact.PRODUCER / kind.fact.NAME
    for number, path in enumerate(sorted(folder.glob("*.json"))):
        own = {"source_id": f"{kind.path}/{number}", "number": f"T{number}"}  # a visa is known by its number
        told = json.loads(path.read_text("utf-8"))["data"] | own
        yield json.loads(kind.fact.read(json.dumps(told)).model_dump_json())


def _counted(system: System) -> None:
    """Waits until all is counted, and cuts a release of the figures."""
    headers = {"Authorization": f"Bearer {issuer.mint(system.issuer, ['operator'])}"}
    until = time.monotonic() + PATIENCE
    while not httpx.get(f"{system.address('accounting')}/v1/status", headers=headers).json()["settled"]:
        assert time.monotonic() < until
        time.sleep(0.2)
    _run(system, "accounting", "release")


def _run(system: System, service: str, work: str) -> None:
    command = [sys.executable, "-m", f"services.{service}", work]
    subprocess.run(command, env=os.environ | system.settings, check=True)


def _dump(system: System, service: str) -> str:
    command = [binaries.find().program("pg_dump"), "--rows-per-insert=200", system.server.dsn(f"kosh_{service}")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
