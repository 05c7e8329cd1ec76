"""`make restore FROM=<folder of make backup>`: all databases as they were at that one moment.

Of a running system (`make run` does it, and goes on) or of one that is stopped. The cluster begins a new timeline, and
so each register's outbox a new epoch: readers that know more stop, and a topic's records of what is gone are passed
over (decision 0034). What was held until now is kept beside it, and what it holds beyond the backup is named, record by
record, in `<state>/restore/<time>.csv`: for whoever asks the senders to repeat it.
"""

import asyncio
import csv
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.local.backup import PASSWORDS, verify
from deploy.local.failure import Failed
from deploy.local.lock import is_held, only_one
from deploy.local.place import server_uid
from deploy.local.postgres import Server
from deploy.services import REGISTERS

Tell = Callable[[str], None]

PATIENCE = 600.0  # seconds until a server has replayed what a backup or a crash left to do
ANSWER_PATIENCE = 1_800.0
NO_MORE = "false"  # the command that fetches what the recovery needs beyond the backup: that holds all of it
COLUMNS = ("register", "position", "type", "record", "version", "source_id", "counted")

_BEYOND = """
SELECT position, type, subject, recordversion, data::jsonb ->> 'source_id' FROM {outbox} WHERE position > $1
ORDER BY position
"""


def main() -> None:
    """`FROM` names the backup."""
    state, wanted = Path(os.environ.get("KOSH_STATE", ".run")), os.environ.get("FROM")
    try:
        if not wanted:
            raise Failed("say which: make restore FROM=.run/backup/...")
        backup = Path(wanted).resolve()
        if is_held(state):
            print(ask(state, backup))
        else:
            with only_one(state):
                print(Restore(state, backup, print).all_of_it())
    except Failed as failure:
        sys.exit(f"kosh: {failure}")


class Restore:
    """Puts one backup in the place of the cluster of `state`. Nothing may run there but what this starts."""

    def __init__(self, state: Path, backup: Path, tell: Tell) -> None:
        self._state, self._backup, self._tell = state, backup, tell
        self._now = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        self._server = Server(state / "postgres")
        self._home = self._server.home

    def all_of_it(self) -> str:
        """Prepares, and does it. Raises Failed."""
        self.prepare()
        return self.put_back()

    def prepare(self) -> None:
        """Copies the backup beside the cluster, while that may still run. Raises Failed for one that is not whole."""
        if not (self._backup / "data" / "backup_manifest").exists():
            raise Failed(f"{self._backup} is no backup: make backup writes them to {self._state / 'backup'}")
        verify(self._server, self._backup / "data")
        self._tell(f"copying {self._backup}")
        coming = self._home / "data.new"
        shutil.rmtree(coming, ignore_errors=True)
        shutil.copytree(self._backup / "data", coming, symlinks=True)
        (coming / "recovery.signal").touch()  # it ends in a new timeline
        coming.chmod(0o700)
        if (uid := server_uid()) is not None:
            for path in (coming, *coming.rglob("*")):
                os.chown(path, uid, uid, follow_symlinks=False)

    def put_back(self) -> str:
        """Swaps the clusters, and names what the former one holds beyond. Returns what is to be said of it."""
        former = f"data.before-{self._now}"
        if (self._home / "data").exists():
            (self._home / "data").rename(self._home / former)
        (self._home / "data.new").rename(self._home / "data")
        shutil.copy2(self._backup / PASSWORDS, self._home / PASSWORDS)
        server = Server(self._state / "postgres")
        self._tell("recovering to the moment of the backup")
        server.start(PATIENCE, restore_command=NO_MORE, hot_standby="off")  # ready is who is in the new timeline
        try:
            restored = asyncio.run(_newest_positions(server))
        finally:
            server.stop()
        return self._name_beyond(former, restored)

    def _name_beyond(self, former: str, restored: Mapping[str, int]) -> str:
        reached = ", ".join(f"{register} {position}" for register, position in restored.items())
        told = f"restored from {self._backup}, to the events: {reached}"
        try:
            file, count = self._read_former(former, restored)
        except Failed as failure:
            return f"{told}\nWhat was held beyond cannot be told, since the former cluster does not start: {failure}"
        kept = f"the former cluster is kept in {self._home / former}"
        return f"{told}\n{count} versions of records that were held beyond are named in {file}; {kept}"

    def _read_former(self, former: str, restored: Mapping[str, int]) -> tuple[Path, int]:
        self._tell("reading what was held beyond")
        file = self._state / "restore" / f"{self._now}.csv"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        if not (self._home / former).exists():
            raise Failed("there was none")
        server = Server(self._state / "postgres", data=former)
        server.start(PATIENCE)
        try:
            return file, asyncio.run(_write_beyond(server, restored, file))
        finally:
            server.stop()


@asynccontextmanager
async def _connected(server: Server, service: str) -> AsyncIterator[asyncpg.Connection | None]:
    """None where the cluster holds no such database."""
    try:
        connection = await asyncpg.connect(server.dsn(f"kosh_{service}"))
    except asyncpg.InvalidCatalogNameError:
        yield None
        return
    try:
        yield connection
    finally:
        await connection.close()


async def _newest_positions(server: Server) -> dict[str, int]:
    """Where the outbox of each register ends."""
    found = {}
    for register in REGISTERS:
        async with _connected(server, register) as connection:
            if connection is not None:
                found[register] = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
    return found


async def _write_beyond(server: Server, restored: Mapping[str, int], file: Path) -> int:
    """Names every event beyond the restored positions, and whether accounting had counted it. Returns how many."""
    count, counted = 0, await _counted(server)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for register in REGISTERS:
            async with _connected(server, register) as connection:
                if connection is None:
                    continue
                archived = await connection.fetchval("SELECT to_regclass('outbox_event')")  # none before decision 0037
                beyond = _BEYOND.format(outbox=archived or "outbox")
                async with connection.transaction():
                    async for row in connection.cursor(beyond, restored.get(register, 0)):
                        rows.writerow((register, *row, "yes" if row[0] <= counted.get(register, 0) else "no"))
                        count += 1
    return count


async def _counted(server: Server) -> dict[str, int]:
    """Up to which position accounting had read each register."""
    async with _connected(server, "accounting") as connection:
        if connection is None:
            return {}
        return {row[0]: row[1] for row in await connection.fetch("SELECT source, position FROM source_state")}


def ask(state: Path, backup: Path) -> str:
    """Has the running system do it, and waits for its word. Raises Failed."""
    folder = state / "restore"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "answer").unlink(missing_ok=True)
    (folder / "wanted.new").write_text(str(backup))
    (folder / "wanted.new").rename(folder / "wanted")
    deadline = time.monotonic() + ANSWER_PATIENCE
    while not (folder / "answer").exists():
        if not is_held(state) or time.monotonic() > deadline:
            raise Failed("the running system did not do it: its terminal says why")
        time.sleep(0.2)
    status, _, said = (folder / "answer").read_text().partition("\n")
    if status != "done":
        raise Failed(said)
    return said


def wanted(state: Path) -> Path | None:
    """The backup to which somebody wants the running system restored; asked once."""
    file = state / "restore" / "wanted"
    try:
        found = Path(file.read_text())
    except FileNotFoundError:
        return None
    file.unlink()
    return found


def answer(state: Path, said: str, *, done: bool) -> None:
    """Tells whoever asked."""
    folder = state / "restore"
    (folder / "answer.new").write_text(f"{'done' if done else 'failed'}\n{said}")
    (folder / "answer.new").rename(folder / "answer")


if __name__ == "__main__":
    main()
