"""Jars of other programs, fetched by Maven as a pom.xml names them: Apache Kafka, and an SDMX client in Java."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from deploy.local.failure import Failed


def missing_tools() -> list[str]:
    """The programs that running jars needs and this machine lacks."""
    return [tool for tool in ("java", "mvn") if shutil.which(tool) is None]


def fetch_jars(pom: Path, libs: Path) -> None:
    """Has Maven lay the jars that `pom` names into `libs`, unless those of this very file lie there. Of two processes
    that want them the second waits for the first. Raises Failed."""
    libs.parent.mkdir(parents=True, exist_ok=True)
    with (libs.parent / "libs.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _fetch(pom, libs)


def _fetch(pom: Path, libs: Path) -> None:
    done_by = libs / "pom.xml"
    if done_by.exists() and done_by.read_bytes() == pom.read_bytes():
        return
    if missing := missing_tools():
        raise Failed(f"It needs {' and '.join(missing)}: install Debian's default-jre-headless and maven")
    shutil.rmtree(libs, ignore_errors=True)
    copy = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={libs.resolve()}"]
    maven = subprocess.run(copy, capture_output=True, text=True, check=False)
    if maven.returncode != 0:
        raise Failed(f"Maven could not fetch the jars:\n{maven.stdout[-2000:]}{maven.stderr[-2000:]}")
    shutil.copy(pom, done_by)
