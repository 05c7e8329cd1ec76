"""Programs end with their supervisor, and an end that nobody asked for is told with its reason."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import process
from deploy.local.failure import Failed
from deploy.local.supervisor import Program, Supervisor, strays

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def program(code: str, *, ready: str | None = None) -> Program:
    return Program("a-program", [sys.executable, "-c", code], {}, ready)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.stop()


def test_an_unexpected_end_is_told_with_the_last_lines_of_the_log(supervisor: Supervisor) -> None:
    supervisor.start(program("raise SystemExit('no database')")).process.wait()
    with pytest.raises(Failed, match=r"a-program ended with exit code 1[^$]*no database"):
        supervisor.check()


def keep_running(supervisor: Supervisor, told: list[str], until: Callable[[], bool]) -> None:
    while not until():
        supervisor.keep_running(told.append)
        time.sleep(0.005)


def test_what_ends_is_started_again_and_given_up_only_when_it_does_not_stay_up(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.supervisor.FIRST_PAUSE", 0.001)
    told: list[str] = []
    mark = tmp_path / "mark"
    once = (
        f"import pathlib, sys, time; mark = pathlib.Path({str(mark)!r})\n"
        "if mark.exists(): print('up', flush=True); time.sleep(600)\n"
        "mark.touch(); sys.exit('no memory')"
    )
    log = supervisor.start(program(once)).log
    keep_running(supervisor, told, lambda: mark.exists() and log.exists() and "up" in log.read_text())
    supervisor.check()
    assert len(told) == 1
    assert "a-program ended with exit code 1" in told[0]
    assert "no memory" in told[0]
    supervisor.start(program("raise SystemExit('no database')"))
    with pytest.raises(Failed, match=r"a-program does not stay up: it ended 6 times[^$]*no database"):
        keep_running(supervisor, told, lambda: False)
    assert len(told) == 5


def test_waiting_for_readiness_ends_when_the_program_does(supervisor: Supervisor) -> None:
    hopeless = program("raise SystemExit('no database')", ready="http://127.0.0.1:1/")
    supervisor.start(hopeless)
    with pytest.raises(Failed, match="no database"):
        supervisor.wait_until_ready([hopeless], patience=60)


def test_a_program_run_to_its_end_must_succeed(supervisor: Supervisor) -> None:
    supervisor.run(program("print('done')"))
    supervisor.check()
    with pytest.raises(Failed, match="half done"):
        supervisor.run(program("raise SystemExit('half done')"))


def test_the_log_of_the_run_before_is_kept(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.run(program("print('first')"))
    supervisor.run(program("print('second')"))
    assert (tmp_path / "log" / "a-program.log").read_text() == "second\n"
    assert (tmp_path / "log" / "a-program.log.1").read_text() == "first\n"


def test_what_a_killed_supervisor_left_is_found_and_ended_even_when_it_is_deaf(tmp_path: Path) -> None:
    starter = (
        "from pathlib import Path; import os, sys, time\n"
        "from deploy.local.supervisor import Program, Supervisor\n"
        f"child = Supervisor(Path({str(tmp_path)!r})).start(Program('deaf', [sys.executable, '-c', {DEAF!r}], {{}}))\n"
        "while 'deaf' not in child.log.read_text(): time.sleep(0.01)\n"
        "print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"up\n"
        first.kill()
    assert len(strays(tmp_path)) == 1

    Supervisor(tmp_path).stop_strays()

    assert strays(tmp_path) == []


@pytest.mark.skipif(process.guarded(["true"]) == ["true"], reason="no setpriv on this machine")
def test_a_program_is_ended_when_its_starter_is_killed() -> None:
    child = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    starter = (
        "import sys, time; from deploy.local import process\n"
        f"process.start(process.guarded([sys.executable, '-c', {child!r}])); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        first.kill()
    command = Path(f"/proc/{pid}/cmdline")
    while command.exists() and command.read_bytes():  # empty once it only waits to be buried
        time.sleep(0.01)
