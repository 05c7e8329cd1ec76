"""The migrations that this version of the code knows, by the names of their files: asking needs no Alembic."""

from functools import cache
from pathlib import Path

AFTER_CREATE = "after_create"
"""Key of a table's `info`: SQL statements that the migration which creates the table runs after it."""

ROOT = Path(__file__).resolve().parents[2]


def versions(service: str) -> Path:
    """The folder of the service's numbered migrations."""
    return ROOT / "services" / service / "migrations" / "versions"


@cache
def head(service: str) -> str | None:
    """The newest revision: files are numbered as their revisions are (`0002_jobs.py`)."""
    return max((file.name.partition("_")[0] for file in versions(service).glob("[0-9]*_*.py")), default=None)
