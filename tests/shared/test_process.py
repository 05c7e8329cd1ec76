"""A process without an API ends when it is told to, and shows its figures until then."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.local.ports import free_port
from shared import probe
from shared.process import exposed
from shared.telemetry.metrics import Metrics

WORK = """
import asyncio
from shared import process
from shared.settings import ServiceSettings

async def work(monitor):
    try:
        print("at work", flush=True)
        await asyncio.sleep(60)
    finally:
        print("put away", flush=True)

process.run("sample", ServiceSettings.of("portal"), work)
"""


@contextmanager
def working(port: int) -> Iterator[subprocess.Popen[str]]:
    """Such a process, at work."""
    settings = {
        "KOSH_PORTAL_DATABASE_URL": "postgresql+asyncpg://nobody@localhost/none",
        "KOSH_PORTAL_PORT": "0",
        "KOSH_OIDC_ISSUER": "https://issuer.invalid",
        "KOSH_METRICS_PORT": str(port),
    }
    command = [sys.executable, "-c", WORK]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        yield process
        process.kill()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_told_to(told: signal.Signals) -> None:
    with working(free_port()) as process:
        process.send_signal(told)
        output, _ = process.communicate(timeout=10)
        assert (output, process.returncode) == ("put away\n", 0)


def test_the_probe_tells_whether_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("KOSH_METRICS_PORT", str(port))
    with working(port):
        probe.main()
        assert "process_resident_memory_bytes" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    with pytest.raises(SystemExit, match="refused"):
        probe.main()


def test_the_probe_asks_an_api_whether_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOSH_METRICS_PORT", raising=False)
    monkeypatch.setenv("KOSH_SERVICE", "portal")
    monkeypatch.setenv("KOSH_PORTAL_PORT", "8101")
    assert probe.address() == "http://127.0.0.1:8101/health/live"


def test_without_a_port_nothing_is_served() -> None:
    with exposed(Metrics("sample"), "127.0.0.1", None) as port:
        assert port is None
