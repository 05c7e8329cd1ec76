"""A process that is frozen, or that cannot be reached, holds nothing for long, and commits nothing when it wakes up."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.writer import acquire_writer
from shared import timer
from shared.db import session
from shared.db.engine import make_engine
from shared.outbox import relay
from shared.outbox.table import ORDER_LOCK
from shared.testing.postgres import FreshDatabase
from tests.frozen import frozen

ORDER = text(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})")
RELAYED = text("SELECT count(*) FROM relayed")

PROGRAM = """
import asyncio, sys
from sqlalchemy import text
from services.accounting.cases.batch import EventBatch
from services.accounting.cases.writer import acquire_writer
from shared.db import session
from shared.db.engine import make_engine
from shared import timer
from shared.outbox import relay
from shared.outbox.table import ORDER_LOCK
session.IDLE_IN_TRANSACTION, session.LEASE = "200ms", "300ms"
what, url = sys.argv[1:]

def hold():
    print("held", flush=True)
    sys.stdin.readline()

async def in_transaction():
    async with make_engine(url).begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})"))
        hold()
        await connection.execute(text("INSERT INTO relayed VALUES ('woken', 1)"))

async def writer():
    async with acquire_writer(url.replace("+asyncpg", "")) as found:
        hold()
        await found.take(EventBatch("woken"))

async def relaying():
    async with make_engine(url).connect() as connection:
        await relay._become_the_only_one(connection)
        hold()
        await connection.execute(text("INSERT INTO relayed VALUES ('woken', 1)"))
        await connection.commit()

async def job():
    async def work(_engine):
        hold()
    await timer.do_if_due(make_engine(url), timer.Job("a-job", timer.A_DAY, work))

try:
    asyncio.run({"in_transaction": in_transaction, "writer": writer, "relaying": relaying, "job": job}[what]())
except Exception as refused:
    print(type(refused).__name__, flush=True)
else:
    print("committed", flush=True)
"""


async def woken(program: asyncio.subprocess.Process) -> str:
    """What it comes to when it goes on."""
    program.send_signal(signal.SIGCONT)
    said, _ = await program.communicate(b"go on\n")
    return said.decode().strip()


async def test_a_frozen_replica_gives_up_the_order_of_the_outbox(fresh_database: FreshDatabase) -> None:
    url = (await fresh_database("portal")).app_url
    engine = make_engine(url)
    async with frozen(PROGRAM, "in_transaction", url) as program:
        async with engine.begin() as connection:
            await connection.execute(ORDER)
        assert await woken(program) not in ("", "committed")
    async with engine.begin() as connection:
        assert await connection.scalar(RELAYED) == 0
    await engine.dispose()


async def test_a_frozen_relay_is_taken_over(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "RETRY", 0.05)
    url = (await fresh_database("portal")).app_url
    engine = make_engine(url)
    async with frozen(PROGRAM, "relaying", url) as program:
        async with asyncio.timeout(60), engine.connect() as connection:
            await relay._become_the_only_one(connection)
            await connection.invalidate()
        assert await woken(program) not in ("", "committed")
    async with engine.begin() as connection:
        assert await connection.scalar(RELAYED) == 0
    await engine.dispose()


async def test_the_job_of_a_frozen_process_is_done_by_another(fresh_database: FreshDatabase) -> None:
    url = (await fresh_database("portal")).app_url
    engine = make_engine(url)
    done = asyncio.Event()

    async def work(_engine: AsyncEngine) -> None:
        done.set()

    async with asyncio.timeout(60), frozen(PROGRAM, "job", url) as program:
        while not done.is_set():
            await timer.do_if_due(engine, timer.Job("a-job", timer.A_DAY, work))
        assert await woken(program) not in ("", "committed")
    await engine.dispose()


async def test_a_frozen_writer_is_taken_over_and_writes_no_more(fresh_database: FreshDatabase) -> None:
    url = (await fresh_database("accounting")).app_url
    async with (
        asyncio.timeout(60),
        frozen(PROGRAM, "writer", url) as program,
        acquire_writer(url.replace("+asyncpg", "")) as now,
    ):
        assert await woken(program) not in ("", "committed")
        assert await now.connection.fetchval("SELECT count(*) FROM source_state") == 0


async def test_who_cannot_be_reached_gives_up_the_order_of_the_outbox(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets are lost, and no end of the connection notices."""
    monkeypatch.setattr(session, "IDLE_IN_TRANSACTION", "200ms")
    url = make_url((await fresh_database("portal")).app_url)
    async with losing_packets(url.host or "", url.port or 0) as (port, lost):
        through = make_engine(url.set(port=port).render_as_string(hide_password=False))
        direct = make_engine(url.render_as_string(hide_password=False))
        connection = await through.connect()
        await connection.execute(ORDER)
        lost.set()
        async with direct.begin() as other:
            await other.execute(ORDER)
        with pytest.raises((DBAPIError, TimeoutError, OSError)):
            async with asyncio.timeout(0.2):
                await connection.execute(text("INSERT INTO relayed VALUES ('lost', 1)"))
        with suppress(DBAPIError, TimeoutError, OSError):
            await connection.invalidate()
        async with direct.connect() as other:
            assert await other.scalar(RELAYED) == 0
        await direct.dispose()
        await through.dispose()


@asynccontextmanager
async def losing_packets(host: str, port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A way to `host:port` by another port, on which all is lost from when the event is set."""
    lost = asyncio.Event()
    under_way: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if lost.is_set():
                    await asyncio.Event().wait()
                writer.write(data)
        finally:
            writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far, near = await asyncio.open_connection(host, port)
        under_way.update(asyncio.create_task(carry(*way)) for way in ((reader, near), (far, writer)))

    proxy = await asyncio.start_server(both, "127.0.0.1", 0)
    try:
        yield proxy.sockets[0].getsockname()[1], lost
    finally:
        proxy.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def test_both_ends_are_asked_whether_they_are_there(fresh_database: FreshDatabase) -> None:
    engine = make_engine((await fresh_database("portal")).app_url)
    async with engine.connect() as connection:
        for name, value in session.settings("kosh").items():
            assert (await connection.scalar(text(f"SHOW {name}"))).removesuffix("ms") in (value, "20s")
        direct = (await connection.get_raw_connection()).driver_connection
        assert direct is not None
        own = direct._transport.get_extra_info("socket")
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
    await engine.dispose()
