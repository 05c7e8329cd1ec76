"""A service as a process of its own: for what only a real server under load can show."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from deploy.local import issuer
from deploy.local.postgres import Database

_PATIENCE = 1200  # looks, a tenth of a second apart


@dataclass(frozen=True)
class ApiProcess:
    """A running API: its port, its process, and the directory of the issuer whose tokens it takes."""

    port: int
    pid: int
    keys: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, *roles: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.mint(self.keys, roles)}"}

    def peak_memory(self) -> int:
        """The most memory that the process has held so far, in bytes."""
        return peak_memory(self.pid)

    def resident_memory(self) -> int:
        """The memory that the process holds, in bytes (VmRSS)."""
        return _memory(self.pid, "VmRSS")

    def cpu(self) -> float:
        """Seconds of processor time that the process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> int:
    """The most memory that a process has held so far, in bytes (VmHWM)."""
    return _memory(pid, "VmHWM")


def _memory(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) * 1024


@asynccontextmanager
async def api_process(
    service: str, database: Database, keys: Path, home: Path | None = None, role: Literal["api", "public"] = "api"
) -> AsyncIterator[ApiProcess]:
    """`python -m services.<service> api` (or `public`) on `database`, from ready until the block ends; of the code in
    `home`, if not of this."""
    issuer.ensure_issuer(keys)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        **issuer.environment(keys),
        **database.settings(service),
        f"KOSH_{service.upper()}_{'' if role == 'api' else 'PUBLIC_'}PORT": str(port),
        "KOSH_LOG_LEVEL": "WARNING",
    }
    command = (sys.executable, "-m", f"services.{service}", role)
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=home)
    try:
        await _ready(port)
        yield ApiProcess(port, process.pid, keys)
    finally:
        if process.returncode is None:  # a test may have killed it
            process.terminate()
        await process.wait()


async def _ready(port: int) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(_PATIENCE):
            try:
                if (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:  # not listening yet
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError("the service did not become ready")
