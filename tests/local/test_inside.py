"""A command for the running system says in one sentence that nothing runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import settings_file
from deploy.local.lock import only_one

COMMANDS = [
    ["deploy.local.tour"],
    ["services.accounting", "load", "one.csv"],
    ["services.accounting", "rebuild"],
    ["services.portal", "signature-review"],
]


def said(state: Path, *command: str) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-m", "deploy.local.inside", *command],
        env=os.environ | {"KOSH_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_has_ended_is_said_in_one_sentence(tmp_path: Path, command: list[str]) -> None:
    with only_one(tmp_path):
        settings_file.write(tmp_path, {"KOSH_ACCOUNTING_PORT": "1"})
    status, text = said(tmp_path, *command)
    assert (status, text) == (1, f"kosh: nothing runs in {tmp_path} now: start it in another terminal with make run\n")


def test_what_has_never_run_is_said_in_one_sentence(tmp_path: Path) -> None:
    status, text = said(tmp_path, "services.accounting", "rebuild")
    assert (status, text.count("\n"), "make run" in text) == (1, 1, True)


def test_while_it_runs_the_command_has_its_settings(tmp_path: Path) -> None:
    with only_one(tmp_path):
        settings_file.write(tmp_path, {"KOSH_SAID": "to the command"})
        status, text = said(tmp_path, "timeit", "-n1", "-r1", "import os; print(os.environ['KOSH_SAID'])")
    assert (status, text.splitlines()[0]) == (0, "to the command")
