"""The chain over the access log names the first row that is not what was written, whoever changed it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import Server
from shared.audit import anchors, chain
from shared.audit.access_log import log_access
from shared.audit.chain import Broken
from shared.db.engine import make_engine
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work
from shared.testing.postgres import FreshDatabase

OFFICER = Caller("officer-7", frozenset({"border"}), agency="border-service")


@dataclass(frozen=True)
class Log:
    """A service's log, as the service writes it and as the superuser can."""

    app: AsyncEngine
    superuser: asyncpg.Connection

    async def read(self, *records: str) -> None:
        for record in records:
            async with unit_of_work(self.app) as unit:
                await log_access(unit.connection, OFFICER, "read", "permit", record, None)

    async def sealed(self, *records: str) -> None:
        await self.read(*records)
        await chain.seal(self.app)

    async def broken(self, kept: dict[int, bytes] | None = None) -> Broken | None:
        return (await chain.check(self.app, kept or {})).broken


@pytest.fixture
async def log(fresh_database: FreshDatabase, postgres_server: Server) -> AsyncIterator[Log]:
    database = await fresh_database("consular")
    app = make_engine(database.app_url)
    superuser = await asyncpg.connect(postgres_server.dsn(database.name))
    yield Log(app, superuser)
    await superuser.close()
    await app.dispose()


async def test_what_was_written_fits(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await chain.check(log.app, {}) == chain.Checked(chain.ChainHead(), 0, 0)
    monkeypatch.setattr(chain, "A_SEAL", 2)
    await log.sealed("a", "b", "c")
    await log.sealed("d")
    await log.read("e")
    found = await chain.check(log.app, {})
    assert (found.broken, found.head.number, found.head.through, found.rows, found.unsealed) == (None, 3, 4, 4, 1)
    assert found.head.digest != chain.BEGINNING


@pytest.mark.parametrize(
    ("attack", "row", "what"),
    [
        ("UPDATE access_log SET caller = 'nobody' WHERE id = 3", 3, "is not what was written"),
        ("UPDATE access_log SET at = at - interval '1 second' WHERE id = 2", 2, "is not what was written"),
        ("UPDATE access_log SET everybody = true WHERE id = 4", 4, "is not what was written"),
        ("DELETE FROM access_log WHERE id = 2", 2, "was deleted"),
        ("DELETE FROM access_log WHERE id = 4", 4, "was deleted"),
        ("TRUNCATE access_log", 1, "was deleted"),
        (
            "UPDATE access_log l SET caller = o.caller, record_id = o.record_id, at = o.at FROM access_log o"
            " WHERE (l.id, o.id) IN ((2, 3), (3, 2))",
            2,
            "is not what was written",
        ),
        (
            "INSERT INTO access_log (id, at, caller, roles, action, record_kind) OVERRIDING SYSTEM VALUE"
            " VALUES (-1, now(), 'x', '{}', 'read', 'x')",
            -1,
            "was added after",
        ),
        ("UPDATE access_seal SET digests = set_byte(digests, 95, get_byte(digests, 95) # 1)", 3, "or its seal is not"),
        ("UPDATE access_seal SET ids = '{1,2,4}', digests = substr(digests, 1, 96)", 3, "was added after"),
        ("UPDATE access_seal SET number = 7", None, "is not there"),
        ("UPDATE access_seal SET through = 9", None, "does not end where its rows do"),
    ],
)
async def test_the_superuser_s_hand_is_seen_and_the_row_named(
    log: Log, attack: str, row: int | None, what: str
) -> None:
    await log.sealed("a", "b", "c", "d")
    await log.superuser.execute(attack)
    found = await log.broken()
    assert found is not None
    assert (found.row, what in found.what) == (row, True)


async def test_a_row_put_between_sealed_ones_is_seen(log: Log) -> None:
    async with unit_of_work(log.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "permit", "a", None)
    with pytest.raises(ZeroDivisionError):
        await rolled_back(log)
    await log.sealed("c")
    assert await log.broken() is None, "a number whose transaction was rolled back is no fault"
    await log.superuser.execute(
        "INSERT INTO access_log (id, caller, roles, action, record_kind) OVERRIDING SYSTEM VALUE"
        " VALUES (2, 'x', '{}', 'read', 'x')"
    )
    assert await log.broken() == Broken("was added after the rows around it were sealed", row=2)


async def rolled_back(log: Log) -> None:
    async with unit_of_work(log.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "permit", "b", None)
        raise ZeroDivisionError


async def test_whoever_writes_log_and_chain_anew_meets_the_anchor(log: Log, tmp_path: Path) -> None:
    await log.read("a", "b", "c")
    await anchors.anchor("consular", log.app, tmp_path)
    await log.read("d")
    await anchors.anchor("consular", log.app, tmp_path)
    kept = anchors.kept("consular", tmp_path)
    assert await log.broken(kept) is None
    assert sorted(kept) == [1, 2]

    await log.superuser.execute("UPDATE access_log SET caller = 'nobody' WHERE id = 4; DELETE FROM access_seal")
    await chain.seal(log.app)
    assert await log.broken() is None, "in itself it fits"
    assert await log.broken(kept) == Broken("is not the one that was anchored", seal=1)
    await log.superuser.execute("TRUNCATE access_log, access_seal")
    assert await log.broken(kept) == Broken("was anchored and is not there", seal=1)


async def test_an_end_that_is_cut_off_with_its_seal_meets_the_anchor(log: Log, tmp_path: Path) -> None:
    for record in ("a", "b"):
        await log.read(record)
        await anchors.anchor("consular", log.app, tmp_path)
    kept = anchors.kept("consular", tmp_path)
    await log.superuser.execute("DELETE FROM access_log WHERE id = 2; DELETE FROM access_seal WHERE number = 2")
    assert await log.broken() is None, "in itself it fits"
    assert await log.broken(kept) == Broken("was anchored and is not there", seal=2)
    await log.sealed("c")
    assert await log.broken(kept) == Broken("is not the one that was anchored", seal=2)


async def test_an_anchor_that_was_changed_is_none(log: Log, tmp_path: Path) -> None:
    await log.read("a")
    await anchors.anchor("consular", log.app, tmp_path)
    path = tmp_path / "consular.jsonl"
    line = json.loads(path.read_text())
    assert sorted(line) == ["at", "head", "seal", "service", "through"]
    path.write_text(path.read_text() + json.dumps(line | {"head": "00" * 32}) + "\n")
    with pytest.raises(anchors.BadAnchors, match="line 2"):
        anchors.kept("consular", tmp_path)
    path.write_text("{}\n")
    with pytest.raises(anchors.BadAnchors, match="line 1"):
        anchors.kept("consular", tmp_path)


async def test_what_is_not_yet_decided_is_sealed_in_its_order_later(log: Log) -> None:
    written, release = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with unit_of_work(log.app) as unit:
            await log_access(unit.connection, OFFICER, "read", "permit", "slow", None)
            written.set()
            await release.wait()

    writing = asyncio.create_task(slow())
    await written.wait()
    await log.read("fast")
    sealing = asyncio.create_task(chain.seal(log.app))
    done, _ = await asyncio.wait({sealing}, timeout=1)
    assert not done, "row 2 is there, but row 1 may still come"
    release.set()
    await writing
    await sealing
    found = await chain.check(log.app, {})
    assert (found.broken, found.rows, found.head.through) == (None, 2, 2)


async def test_two_who_seal_at_once_make_one_chain(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "A_SEAL", 3)
    await log.read(*map(str, range(20)))
    await asyncio.gather(*(chain.seal(log.app) for _ in range(3)))
    found = await chain.check(log.app, {})
    assert (found.broken, found.rows, found.unsealed) == (None, 20, 0)


@pytest.mark.parametrize("statement", ["UPDATE access_seal SET through = 1", "DELETE FROM access_seal"])
async def test_the_service_itself_cannot_take_a_seal_back(log: Log, statement: str) -> None:
    await log.sealed("a")
    with pytest.raises(DBAPIError, match="permission denied"):
        async with log.app.begin() as connection:
            await connection.exec_driver_sql(statement)


async def test_the_command_says_so(
    log: Log, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOSH_AUDIT_ANCHORS", str(tmp_path))
    await log.read("a", "b")
    await anchors.anchor("consular", log.app, tmp_path)
    url = log.app.url.render_as_string(hide_password=False)
    await anchors.check("consular", url)
    told = capsys.readouterr().out
    assert told.startswith("consular: 2 rows fit through 2, head ")
    assert told.endswith("; 0 wait for their seal; 1 anchored heads fit\n")
    (tmp_path / "consular.jsonl").unlink()
    await anchors.check("consular", url)
    assert capsys.readouterr().out.endswith("; no anchored heads fit\n"), "an anchor that was taken away is missed"
    await log.superuser.execute("UPDATE access_log SET reason = NULL WHERE id = 2")
    with pytest.raises(SystemExit, match="consular: the access log does not fit its chain: row 2: is not what was"):
        await anchors.check("consular", url)
