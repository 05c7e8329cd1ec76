"""`make run` as its user meets it: it starts, goes on after kill -9 of anything, and Ctrl-C leaves nothing running."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from deploy.local import issuer, settings_file
from deploy.local.jars import missing_tools
from deploy.local.ports import free_block, is_answered, is_free
from deploy.local.supervisor import strays
from deploy.local.temporary import reachable_directory
from deploy.services import PORTS_IN_A_ROW
from shared.testing.kafka import REQUIRED

ROOT = Path(__file__).resolve().parents[2]
COVERAGE = {"register_start": "2021-01-01", "complete_through": "2026-06-30"}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with reachable_directory() as directory:
        yield directory / "run"


@pytest.fixture(scope="module")
def ports() -> range:
    return free_block(PORTS_IN_A_ROW)


@contextmanager
def running(state: Path, ports: range, **more: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """The system once it has said that it runs, and what it says from then on."""
    settings = {"KOSH_STATE": str(state), "KOSH_PORT_BASE": str(ports.start - 1), "DEMO": "no", **more}
    command = [sys.executable, "-m", "deploy.local.run"]
    run = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with run:
        assert run.stdout is not None
        told = ""
        while "Ctrl-C" not in told:
            line = run.stdout.readline()
            assert line, told  # it ended
            told += line
        try:
            yield run, run.stdout
        finally:
            run.terminate()


def portal(state: Path, ports: range) -> httpx.Client:
    token = issuer.mint(state / "issuer", ["border", "operator"])
    return httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}", headers={"Authorization": f"Bearer {token}"})


def postmaster(state: Path) -> list[str]:
    """PostgreSQL's own lock file: the pid in its first line, the port in its fourth."""
    return (state / "postgres" / "data" / "postmaster.pid").read_text().splitlines()


def pid_of(victim: str, state: Path) -> int:
    if victim == "postgres":
        return int(postmaster(state)[0])
    service, role = victim.split("-")
    command = f"services.{service}\0{role}".encode()
    return next(pid for pid in strays(state) if command in Path(f"/proc/{pid}/cmdline").read_bytes())


def assert_nothing_is_left(state: Path, ports: range) -> None:
    assert strays(state) == []
    assert not (state / "postgres" / "data" / "postmaster.pid").exists()
    assert all(map(is_free, ports))


def test_the_next_run_goes_on_after_the_supervisor_was_killed_and_ctrl_c_leaves_nothing(
    state: Path, ports: range
) -> None:
    with running(state, ports) as (run, _), portal(state, ports) as client:
        client.put("/v1/feeds/berkut/coverage", json=COVERAGE).raise_for_status()
        run.kill()
    (state / "demo-loaded").touch()  # whatever is played in later is still there
    with running(state, ports) as (run, _):
        settings = settings_file.read(state)
        with portal(state, ports) as client:
            kept = client.get("/v1/feeds/berkut/coverage").raise_for_status().json()
        port = int(postmaster(state)[3])
        run.send_signal(signal.SIGINT)
        assert run.wait() == 0
    assert kept.items() >= COVERAGE.items()
    assert settings["KOSH_INVENTED_FIGURES"] == "true"
    assert_nothing_is_left(state, ports)
    assert not is_answered(port)


def test_make_load_reaches_the_running_system_and_make_restore_brings_that_back(state: Path, ports: range) -> None:
    """A repeated load changes nothing; what came after the backup is named, and begins another epoch."""

    def make(*command: str) -> str:
        settings = os.environ | {"KOSH_STATE": str(state)}
        return subprocess.check_output(["make", "-s", *command], cwd=ROOT, env=settings, text=True)

    with running(state, ports) as (run, _), portal(state, ports) as client:
        loaded = [make("load", "FILES=services/accounting/data/official_net_migration.csv") for _ in range(2)]
        client.put("/v1/feeds/berkut/coverage", json=COVERAGE).raise_for_status()
        before = client.get("/v1/events/newest").raise_for_status().json()
        backup = make("backup").strip()
        client.put("/v1/feeds/berkut/coverage", json=COVERAGE | {"complete_through": "2026-07-31"}).raise_for_status()
        told = make("restore", f"FROM={backup}")
        kept = client.get("/v1/feeds/berkut/coverage").raise_for_status().json()
        after = client.get("/v1/events/newest").raise_for_status().json()
        assert run.poll() is None
    assert loaded == [f"official_net_migration.csv: 75 figures, {changed} changed\n" for changed in (75, 0)]
    assert kept.items() >= COVERAGE.items()
    assert after["position"] == before["position"]
    assert [epoch["after"] for epoch in after["epochs"]] == [0, before["position"]]
    (file,) = (state / "restore").glob("*.csv")
    assert f"1 versions of records that were held beyond are named in {file}" in told
    assert f"portal,{before['position'] + 1},kz.kosh.portal.feed_coverage.v1" in file.read_text("utf-8")


@pytest.mark.kafka
@pytest.mark.skipif(bool(missing_tools()) and not REQUIRED, reason="no real Kafka without Java and Maven")
def test_over_a_broker_of_its_own_a_program_that_ends_is_started_again_and_the_end_of_postgres_ends_the_whole(
    state: Path, ports: range
) -> None:
    with running(state, ports, BROKER="kafka") as (run, told):
        assert any(b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in strays(state))
        os.kill(pid_of("portal-relay", state), signal.SIGKILL)
        lines = iter(told.readline, "")
        assert any("portal-relay ended with exit code -9" in line for line in lines)
        assert any("portal-relay is started again" in line for line in lines)
        os.kill(pid_of("postgres", state), signal.SIGKILL)
        assert any("postgres ended with exit code -9" in line for line in lines)
        assert run.wait() == 1
    assert strays(state) == []
    assert all(map(is_free, ports))


def test_a_broker_that_does_not_answer_is_told_and_nothing_is_left(state: Path, ports: range) -> None:
    unanswered = running(state, ports, BROKER="kafka", KAFKA_BOOTSTRAP="127.0.0.1:1")
    with pytest.raises(AssertionError, match="on Kafka at 127"), unanswered:
        pass
    assert_nothing_is_left(state, ports)
