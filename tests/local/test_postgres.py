"""The server behind `make run`: it starts again whatever was killed, and hands out databases with two roles."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import place
from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from shared.testing.postgres import FreshDatabase


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        yield server
        server.stop()


async def counted(server: Server) -> int:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


async def test_it_starts_again_after_the_postmaster_was_killed_and_keeps_what_was_committed(server: Server) -> None:
    server.start()
    connection = await asyncpg.connect(server.dsn("postgres"))
    await connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 10)")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    server.start()

    assert await counted(server) == 10
    connection.terminate()


async def test_a_server_that_outlived_its_starter_is_ended_and_followed(server: Server) -> None:
    former = server.process
    server.start()
    assert former.wait() == 0
    assert await counted(server) == 10


async def test_a_lock_whose_pid_was_taken_by_another_program_does_not_stop_the_start(server: Server) -> None:
    server.stop()
    lock = server.home / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{server.home / 'data'}\n0\n5432\n\n127.0.0.1\n0 0\nready\n")

    server.start()

    assert lock.read_text().splitlines()[0] == str(server.process.pid)


def test_an_unreachable_place_becomes_a_link_to_a_reachable_one(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = place.data_directory(tmp_path / "deep" / "postgres")
    assert place.server_uid() is None or place.reachable(home)
    assert place.data_directory(tmp_path / "deep" / "postgres") == home
    home.rmdir()


async def test_the_service_may_add_to_what_the_owner_creates_and_do_no_more(
    empty_database: FreshDatabase,
) -> None:
    database = await empty_database("portal")
    owner = await asyncpg.connect(dsn(database.owner_url))
    app = await asyncpg.connect(dsn(database.app_url))
    try:
        await owner.execute("CREATE SCHEMA later; CREATE TABLE later.line (id bigserial, n int)")
        await app.execute("INSERT INTO later.line (n) VALUES (1)")
        for change in ("UPDATE later.line SET n = 2", "DELETE FROM later.line"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(change)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE mine ()")
    finally:
        await owner.close()
        await app.close()


BROKEN = {
    "a check": "INSERT INTO person VALUES (1, 'Qaltayeva', '1991-03-07')",
    "a key held already": "INSERT INTO person VALUES (2, 'Qaltayeva', DEFAULT), (2, 'Qaltayeva', DEFAULT)",
    "no date": "INSERT INTO person VALUES (3, 'Aigul', 'Qaltayeva')",
    "no number": "SELECT 'Qaltayeva'::int",
    "no JSON": "SELECT '{\"surname\": Qaltayeva}'::jsonb",
    "a fault in a function": "DO $$ BEGIN RAISE WARNING 'Qaltayeva'; RAISE EXCEPTION 'Qaltayeva'; END $$",
}


async def test_the_servers_log_repeats_no_row_that_is_refused(
    empty_database: FreshDatabase, postgres_server: Server
) -> None:
    owner = await asyncpg.connect(dsn((await empty_database("portal")).owner_url))
    await owner.execute("CREATE TABLE person (id int PRIMARY KEY, surname text, born date DEFAULT '2000-01-01')")
    await owner.execute("ALTER TABLE person ADD CHECK (born <> '1991-03-07')")
    for broken in BROKEN.values():
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(broken)
    with pytest.raises(asyncpg.PostgresError):
        await owner.execute("INSERT INTO person SELECT 4, $1, $2::text::date", "Qaltayeva", "1991-13-07")
    await owner.close()

    logged = postgres_server.log.read_text(errors="replace")
    assert "database system is ready" in logged  # it is the log of this server, and it is kept
    for told in ("Qaltayeva", "1991-03-07", "1991-13-07"):
        assert told not in logged


async def test_no_role_reaches_another_services_database(empty_database: FreshDatabase) -> None:
    portal, permits = await empty_database("portal"), await empty_database("permits")
    stranger = Database(portal.name, "", permits.app_url.replace(permits.name, portal.name))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(dsn(stranger.app_url))


def dsn(url: str) -> str:
    return url.replace("+asyncpg", "")
