"""One system per state directory: two would write over each other."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.failure import Failed

PATIENCE = 20.0


@contextmanager
def only_one(state: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Holds `state` for this process; the kernel gives it back whatever becomes of us. Waits for one that is ending.

    Raises Failed if another process goes on holding it.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("a") as lock:
        deadline = time.monotonic() + patience
        while not _taken(lock.fileno()):
            if time.monotonic() > deadline:
                raise Failed(f"Kosh is running already with its state in {state}; stop that one first")
            time.sleep(0.2)
        yield


def is_held(state: Path) -> bool:
    """Whether a process holds `state` now."""
    try:
        with (state / "lock").open("rb") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
