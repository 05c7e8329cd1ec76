"""Child processes that never outlive the process that started them, not even when that one is killed with -9."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

NOBODY = 65534


def guarded(command: Sequence[str | Path], *, on_death: str = "TERM", uid: int | None = None) -> list[str]:
    """The command such that the kernel sends it the signal `on_death` when its parent is gone; run as `uid` if given.

    setpriv is part of Debian's essential util-linux. Where it is missing (not Linux) the command runs unguarded,
    and only under the caller's own uid.
    """
    plain = [str(part) for part in command]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return plain
    user = [] if uid is None else [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return [setpriv, f"--pdeathsig={on_death}", *user, "--", *plain]


def start(
    command: Sequence[str],
    *,
    output: IO[bytes] | int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so that the terminal's Ctrl-C reaches only the one who supervises it.

    Call it from the main thread: the guard of `guarded` watches the thread that started the child, not the process.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )


def stop(child: subprocess.Popen[bytes], *, patience: float, signal: int) -> None:
    """Sends `signal` and waits; a child that has not ended after `patience` seconds is killed with its whole group."""
    if child.poll() is None:
        child.send_signal(signal)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, 9)
        child.wait()
