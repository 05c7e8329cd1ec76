"""A PostgreSQL server of our own, for `make run`, the tests and the bench: nothing to install, nothing to configure.

It listens on a free port of the loopback interface, ends with the process that started it, and starts again whatever
had been killed: a stale lock file or backends that are still dying only delay it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy import databases
from deploy.databases import Login
from deploy.local import binaries, passwords, place
from deploy.local import process as processes
from deploy.local.failure import Failed, end_of
from deploy.local.ports import free_port
from deploy.services import WITH_LINKAGE

SUPERUSER = "postgres"
START_PATIENCE = 20.0
STOP_PATIENCE = 20.0
# The server's log repeats no row: what is refused is told to the client alone, which logs its kind, not its content.
# Messages below LOG, their details and statements may quote values (a key that exists already, a date that is none).
DISCREET = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
READY = 8  # lines of the lock file of a server that is ready: its state is the last one
DURABLE = {"shared_buffers": "256MB", "max_wal_size": "2GB"}
# For tests only: what a crash would lose is thrown away anyhow.
FLEETING = {
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Database:
    """One database and how to reach it, as SQLAlchemy addresses: as its owner (migrations), as the service, and where
    what identifies persons is kept apart, as its intake, its review and the public."""

    name: str
    owner_url: str
    app_url: str
    intake_url: str = ""
    review_url: str = ""
    public_url: str = ""

    def settings(self, service: str) -> dict[str, str]:
        """The addresses as the service's settings name them."""
        known = {"": self.app_url, "OWNER_": self.owner_url, "INTAKE_": self.intake_url, "REVIEW_": self.review_url}
        known["PUBLIC_"] = self.public_url
        return {f"KOSH_{service.upper()}_{role}DATABASE_URL": url for role, url in known.items() if url}


class Server:
    """One server under `directory`, its cluster in `data` there. `durable=False` gives up crash safety for speed: for
    tests."""

    def __init__(self, directory: Path, *, durable: bool = True, data: str = "data") -> None:
        self.home = place.data_directory(directory)
        self.log = self.home / "server.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._data = self.home / data
        self._uid = place.server_uid()
        self._settings = DURABLE if durable else FLEETING
        # The tests log in thousands of times, and SCRAM is slow by design.
        self._authentication = "scram-sha-256" if durable else "md5"
        self._binaries = self._find_binaries()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The postmaster's process. Raises Failed before the start."""
        if self._process is None:
            raise Failed("PostgreSQL was not started")
        return self._process

    def attach(self) -> None:
        """Finds the port of the server that somebody else has started. Raises Failed where it takes no connections."""
        lines = self._lock_lines()
        if len(lines) < READY or lines[-1] != "ready":
            raise Failed(f"PostgreSQL does not run in {self._data}: start it in another terminal with make run")
        self.port = int(lines[3])

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs. Raises Failed where this installation lacks it."""
        path = self._binaries.program(name)
        if not Path(path).exists():
            raise Failed(f"{name} is not beside PostgreSQL's programs in {self._binaries.directory}")
        return path

    def start(self, patience: float = START_PATIENCE, **more: str) -> None:
        """Starts and waits until connections are taken; makes the cluster the first time. `more` settings hold until it
        stops. Call from the main thread."""
        self._settings = self._settings | more
        if not self._data.exists():
            self._initialise()
        self._start_at(None, patience)

    def restart(self) -> None:
        """Starts again, at the same address, a server that has ended. Call from the main thread."""
        self._start_at(self.port, START_PATIENCE)

    def _start_at(self, port: int | None, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not self._launch(port):
            if time.monotonic() > deadline:
                raise Failed(f"PostgreSQL did not start; {end_of(self.log)}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops by a fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self._process is not None:
            processes.stop(self._process, patience=STOP_PATIENCE, signal=signal.SIGINT)
            self._process = None

    def dsn(self, database: str, role: str = SUPERUSER) -> str:
        """The address of `database` for asyncpg and psql, with the password in it."""
        return f"postgresql://{role}:{self.password(role)}@127.0.0.1:{self.port}/{database}"

    def url(self, database: str, role: str) -> str:
        """The address of `database` for SQLAlchemy, with the password in it."""
        return self.dsn(database, role).replace("postgresql://", "postgresql+asyncpg://", 1)

    def password(self, role: str) -> str:
        return passwords.password(self.home / "passwords.json", role)

    async def ensure_database(self, service: str, *, name: str | None = None, template: str | None = None) -> Database:
        """The database `kosh_<service>` (or `name`) with the service's roles; made where it is missing.

        A copy of `template` brings that one's tables and privileges along.
        """
        name = name or f"kosh_{service}"
        kinds = ("owner", "app", "intake", "review", "public") if service in WITH_LINKAGE else ("owner", "app")
        roles = [f"kosh_{service}_{kind}" for kind in kinds]
        wanted = databases.DatabaseSpec(name, *(Login(role, self.password(role)) for role in roles))
        await databases.ensure(self.dsn("postgres"), wanted, template)
        return Database(name, *(self.url(name, role) for role in roles))

    async def drop_database(self, name: str) -> None:
        """Drops it, whoever is still connected."""
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()

    def _find_binaries(self) -> binaries.Binaries:
        version = self._data / "PG_VERSION"
        found = binaries.find(int(version.read_text()) if version.exists() else None)
        if self._uid is None or place.reachable(found.directory / "postgres"):
            return found
        return binaries.copied(found, self.home / f"postgresql-{found.major}")

    def _initialise(self) -> None:
        """Makes the cluster beside its place and renames it, so that a killed attempt leaves no half of one."""
        unfinished = self.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.home) as first_password:
            first_password.write(self.password(SUPERUSER))
            first_password.flush()
            if self._uid is not None:
                os.chown(first_password.name, self._uid, self._uid)
            command = [self._binaries.program("initdb"), "-D", str(unfinished), "-U", SUPERUSER]
            access = [f"--auth={self._authentication}", f"--pwfile={first_password.name}"]
            self._run_to_end([*command, *access, "--encoding=UTF8", "--locale=C.UTF-8"])
        unfinished.rename(self._data)

    def _run_to_end(self, command: Sequence[str]) -> None:
        with self.log.open("ab") as log:
            ended = processes.start(processes.guarded(command, uid=self._uid), output=log, cwd=self.home).wait()
        if ended != 0:
            raise Failed(f"{command[0]} failed; {end_of(self.log)}")

    def _launch(self, port: int | None) -> bool:
        """One attempt: true once it takes connections, false when it gave up (the former one is still ending)."""
        self.port = port or free_port()
        self._deal_with_former()
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        settings |= {"max_connections": "200", "timezone": "UTC", **DISCREET, **self._settings}
        command = [self._binaries.program("postgres"), "-D", str(self._data)]
        options = [f"--{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients that may never go.
            guarded = processes.guarded([*command, *options], on_death="INT", uid=self._uid)
            self._process = processes.start(guarded, output=log, cwd=self.home)
        while self._process.poll() is None:
            if self._takes_connections():
                return True
            time.sleep(0.02)
        return False

    def _takes_connections(self) -> bool:
        """Whether the server's own lock file says so: first line its pid, last line its state."""
        lines = self._lock_lines()
        return bool(lines) and lines[0] == str(self.process.pid) and lines[-1] == "ready"

    def _deal_with_former(self) -> None:
        """Ends a server of this data that outlived its starter; forgets one whose pid some other program has by now."""
        lines = self._lock_lines()
        command = Path(f"/proc/{lines[0]}/cmdline") if lines else None
        if command is None or not command.exists():
            return
        if str(self._data).encode() in command.read_bytes():
            os.kill(int(lines[0]), signal.SIGINT)
        else:  # PostgreSQL would take that program for its own
            (self._data / "postmaster.pid").unlink()

    def _lock_lines(self) -> list[str]:
        try:
            return [line.strip() for line in (self._data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []
