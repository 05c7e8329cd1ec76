"""A PostgreSQL server that is gone afterwards, with all it held: for tests, checks and the bench."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.postgres import Server

MEMORY = Path("/dev/shm")  # noqa: S108 (Linux's file system in memory, for what need not outlive the process)
ROOM = 2 << 30
"""Bytes that must be free in memory for a server that may lose what it holds; its files are many and short-lived."""


@contextmanager
def reachable_directory(within: Path | None = None) -> Iterator[Path]:
    """A temporary directory through which the server's own user may pass; they are closed to others by default."""
    with tempfile.TemporaryDirectory(prefix="kosh-", dir=within) as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@contextmanager
def temporary_server(*, durable: bool = False) -> Iterator[Server]:
    """A running server. Call from the main thread."""
    with reachable_directory(None if durable else _memory()) as directory:
        server = Server(directory / "postgres", durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _memory() -> Path | None:
    """The file system in memory where there is one with room: a database is made there in half the time, and however
    busy the disk is."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
