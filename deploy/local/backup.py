"""`make backup`: all databases of the running system at one moment, by PostgreSQL's own means.

One cluster holds them all, so one base backup (pg_basebackup, with the log that it needs) is one moment by
construction, and nobody waits for it. With it go the passwords and the key of the persons' pseudonyms, without which
accounting could never join old facts with new ones: all of the registers' personal data, to be kept encrypted and
elsewhere.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.failure import Failed
from deploy.local.lock import is_held
from deploy.local.postgres import SUPERUSER, Server

PASSWORDS = "passwords.json"
BASE = ["--checkpoint=fast", "--wal-method=stream", "--no-password"]


def main() -> None:
    """`TO` names the folder; else it is one of its own under `<state>/backup`."""
    try:
        print(backup(Path(os.environ.get("KOSH_STATE", ".run")), os.environ.get("TO")))
    except Failed as failure:
        sys.exit(f"kosh: {failure}")


def backup(state: Path, to: str | None = None) -> Path:
    """Returns the folder of the backup. Raises Failed where nothing runs, or where PostgreSQL refuses."""
    if not is_held(state):
        raise Failed(f"nothing runs in {state} now: start it in another terminal with make run")
    folder = Path(to) if to else state / "backup" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    if folder.exists():
        raise Failed(f"{folder} is there already: name another one, or none")
    server = Server(state / "postgres")
    server.attach()
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    take_base_backup(server, unfinished / "data")
    shutil.copy2(server.home / PASSWORDS, unfinished / PASSWORDS)
    unfinished.rename(folder)
    return folder


def take_base_backup(server: Server, target: Path) -> None:
    """Copies the running server's cluster to `target`, and holds it to its manifest."""
    reached = {"PGPASSWORD": server.password(SUPERUSER), "PATH": os.environ.get("PATH", "")}
    where = ["--host=127.0.0.1", f"--port={server.port}", f"--username={SUPERUSER}", f"--pgdata={target}"]
    _run([server.program("pg_basebackup"), *BASE, *where], reached)
    verify(server, target)


def verify(server: Server, data: Path) -> None:
    """Raises Failed where a file of the base backup is missing or other than it was written."""
    _run([server.program("pg_verifybackup"), "--quiet", str(data)], {"PATH": os.environ.get("PATH", "")})


def _run(command: list[str], environment: dict[str, str]) -> None:
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise Failed(f"{Path(command[0]).name} failed: {ended.stderr.strip()[-2_000:]}")


if __name__ == "__main__":
    main()
