"""A PostgreSQL server that is gone afterwards, with all it held: for tests, checks and the bench."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.postgres import Server


@contextmanager
def reachable_directory() -> Iterator[Path]:
    """A temporary directory through which the server's own user may pass; they are closed to others by default."""
    with tempfile.TemporaryDirectory(prefix="kosh-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@contextmanager
def temporary_server(*, durable: bool = False) -> Iterator[Server]:
    """A running server. Call from the main thread."""
    with reachable_directory() as directory:
        server = Server(directory / "postgres", durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()
