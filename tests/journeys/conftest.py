"""The whole system as `make run` starts it, once over the feed and once over Kafka: the same journeys on both."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.local import issuer
from deploy.local.ports import free_base
from deploy.local.system import System
from deploy.local.temporary import reachable_directory
from shared import clock
from shared.testing.kafka import fresh_node
from tests.portal.authority import Authority

PATIENCE = 60.0


@dataclass
class World:
    """A running system and what its users do."""

    system: System
    client: httpx.Client
    authority: Authority
    """Whose signatures the portal trusts."""

    def call(self, method: str, service: str, path: str, *roles: str, **more: Any) -> httpx.Response:
        """One request of a caller with `roles` (none: without a token); claims and headers by keyword."""
        headers = dict(more.pop("headers", {}))
        claims = more.pop("claims", {})
        if roles:
            token = issuer.mint(self.system.issuer, roles, **claims)
            headers["Authorization"] = f"Bearer {token}"
        return self.client.request(method, f"{self.system.address(service)}{path}", headers=headers, **more)

    def submit(self, service: str, path: str, role: str, record: dict[str, Any]) -> dict[str, Any]:
        answer = self.call("POST", service, path, role, json=record)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def settle(self) -> dict[str, Any]:
        """The status once the figures include everything that the registers hold."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status: dict[str, Any] = self.call("GET", "accounting", "/v1/status", "operator").json()
            if status["settled"]:
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.1)

    def release(self) -> None:
        """Freezes the figures as they stand for everybody, as `make release` does."""
        command = [sys.executable, "-m", "services.accounting", "release"]
        subprocess.run(command, env=os.environ | self.system.settings, check=True, capture_output=True)

    def figure(self, key: str, period: str, role: str = "statistician", flow: str = "DF_FLOW") -> float | None:
        """One observation of a dataflow, read as CSV; None where there is none."""
        path = f"/sdmx/v1/data/{flow}/{key}?startPeriod={period}&endPeriod={period}&format=csv"
        answer = self.call("GET", "accounting", path, role)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        header, *rows = [line.split(",") for line in answer.text.splitlines()]
        values = [float(row[header.index("OBS_VALUE")]) for row in rows]
        return sum(values) if values else None


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """From here on, portals that start trust it, and find its list of revoked certificates."""
    found, folder = Authority("NCA TEST", clock.now()), tmp_path_factory.mktemp("authority")
    found.write_trust(folder)
    found.write_list(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KOSH_SIGNATURES_TRUSTED", str(folder))
        patched.setenv("KOSH_SIGNATURES_REVOCATION", str(folder))
        yield found


@pytest.fixture(scope="package", params=["feed", pytest.param("kafka", marks=pytest.mark.kafka)])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[World]:
    with ExitStack() as stack:
        directory = stack.enter_context(reachable_directory())
        client = stack.enter_context(httpx.Client(timeout=30))
        kafka = request.param == "kafka"
        broker = stack.enter_context(fresh_node(tmp_path_factory)).bootstrap if kafka else None
        system = System(directory / "run", port_base=free_base(), broker=broker)
        try:
            system.start()
            yield World(system, client, authority)
        finally:
            system.stop()
