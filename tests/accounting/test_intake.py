"""From the feed to the figures: nothing twice, nothing lost, and what cannot be understood is set aside."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from services.accounting.cases.batch import EventBatch
from services.accounting.cases.parked import resend
from services.accounting.intake import run as intake
from services.accounting.intake.beside import Decoder, Events, Places
from services.accounting.intake.decode import decode_in_turns
from services.accounting.rules.persons.identity import Hashes
from services.accounting.settings import AccountingSettings
from shared.client import HttpClient
from shared.db.engine import make_engine
from shared.events.epochs import Epoch
from shared.events.portal import BorderCrossing
from shared.inbox.feed import FeedSource
from shared.inbox.source import Source, Unparsed
from shared.inbox.sources import make_sources
from shared.process import Telemetry
from tests.accounting.conftest import HASHES, READS_NO_REGISTER, Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.world import Event, World

KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'kosh-accounting-writer' AND datname = current_database()"""


class Register:
    """A register's feed over some events, as `shared.outbox.feed` serves it; None is an event that is not granted."""

    def __init__(self, events: Sequence[Any]) -> None:
        self.events = list(events)
        self.failing = False
        self.epochs: list[Epoch] = []

    def source(self, parse_below: float = inf) -> FeedSource:
        transport = httpx.MockTransport(self._answer)
        return FeedSource("portal", "http://portal", httpx.Auth(), transport, parse_below=parse_below)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.failing:
            return httpx.Response(503)
        if request.url.path.endswith("newest"):
            return httpx.Response(200, json=self._newest())
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        if after > len(self.events):
            return httpx.Response(409)
        found = self.events[after : after + min(limit, 100)]
        if not found:
            await asyncio.sleep(0.02)
        told = [event for event in found if event is not None]
        headers = {"Kosh-Position": str(after + len(found))}
        if self.epochs:
            headers["Kosh-Epoch"] = self.epochs[-1].id
        return httpx.Response(200, content=orjson.dumps(told), headers=headers)

    def _newest(self) -> dict[str, Any]:
        told = {"position": len(self.events), "relayed": len(self.events)}
        return told | {"epochs": [epoch._asdict() for epoch in self.epochs]} if self.epochs else told


@asynccontextmanager
async def running(accounting: Accounting, *sources: Source) -> AsyncIterator[None]:
    """The intake process, until the block ends."""
    address = accounting.database.intake_url.replace("+asyncpg", "")
    task = asyncio.create_task(intake.run(address, sources, HASHES, Telemetry("test")))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(accounting: Accounting, condition: str, *values: Any) -> None:
    """Waits until the database says yes."""
    async with asyncio.timeout(20):
        while True:
            if await accounting.connection.fetchval(f"SELECT {condition}", *values):
                return
            await asyncio.sleep(0.02)


async def read_to(accounting: Accounting, position: int) -> None:
    await until(accounting, "EXISTS (SELECT FROM source_position WHERE position = $1)", position)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RETRY", 0.05)
    monkeypatch.setattr(intake, "HOUSEKEEPING", 0.05)


async def test_a_killed_intake_goes_on_where_the_effect_ended(accounting: Accounting) -> None:
    world = World(11, people=30)
    register = Register(world.stream())
    done, reached = "(SELECT coalesce(max(position), 0) FROM source_position)", 0
    while reached < len(register.events):
        async with running(accounting, register.source()):
            await until(accounting, f"{done} > $1", reached)
            await accounting.connection.execute(KILL)
        reached = await accounting.connection.fetchval(f"SELECT {done}")
    await hold_true(accounting, world)
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(register.events)


async def test_what_waits_is_decoded_beside_and_what_comes_bit_by_bit_here(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BACKLOG", 50)
    beside, here = list[int](), list[int]()
    decode, in_turns = Decoder.decode, decode_in_turns

    async def decode_beside(self: Decoder, source: str, events: Events, places: Places) -> EventBatch:
        beside.append(len(events))
        return await decode(self, source, events, places)

    async def decode_here(source: str, events: Events, hashes: Hashes, places: Places) -> EventBatch:
        here.append(len(events))
        return await in_turns(source, events, hashes, places)

    monkeypatch.setattr(Decoder, "decode", decode_beside)
    monkeypatch.setattr(intake, "decode_in_turns", decode_here)
    world = World(12, people=20)
    register = Register(world.stream())
    whole, register.events = register.events, register.events[:130]
    async with running(accounting, register.source()):
        await read_to(accounting, 130)
        register.events = whole[:140]
        await read_to(accounting, 140)
    assert (beside, here) == ([100], [30, 10])


async def test_the_intake_leaves_large_answers_unparsed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the process itself makes its sources."""
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    needed = {"KOSH_ACCOUNTING_PORT": "1", "KOSH_OIDC_ISSUER": "http://issuer.test", **READS_NO_REGISTER}
    needed["KOSH_ACCOUNTING_SYSTEM_TOKEN_FILE"] = str(tmp_path / "token")
    needed |= {f"KOSH_ACCOUNTING_{role}DATABASE_URL": nowhere for role in ("", "INTAKE_")}
    for name, value in needed.items():
        monkeypatch.setenv(name, value)
    made = list[Source]()

    def make(*settings: Any, **others: Any) -> list[Source]:
        made.extend(make_sources(*settings, **others))
        raise KeyError  # before anything is read

    for name, fake in (("make_sources", make), ("tune_gc", lambda: None)):
        monkeypatch.setattr(intake, name, fake)
    with pytest.raises(KeyError):
        await intake.read(AccountingSettings.of("accounting"), Telemetry("test"))
    (portal,) = made
    assert isinstance(portal, FeedSource)
    told = b'[{"position":1}, {"position":2}%s]' % (b" " * intake.PARSED_BELOW)
    answer = httpx.Response(200, content=told, headers={"Kosh-Position": "2"})
    portal._http = HttpClient(base_url="http://portal", transport=httpx.MockTransport(lambda _: answer))
    assert (await portal.read({}, 2, 0)).unparsed == Unparsed(told, 0, 2)
    await portal.close()


async def test_only_one_process_writes(accounting: Accounting) -> None:
    world = World(12, people=10)
    register = Register(world.stream())
    async with running(accounting, register.source()), running(accounting, register.source()):
        await read_to(accounting, len(register.events))
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(register.events)
    await hold_true(accounting, world)


async def test_what_is_not_granted_is_passed_over_and_leaves_nothing_pending(accounting: Accounting) -> None:
    """A register's newest events may all be none of ours: positions move on, and the figures are settled."""
    world = World(17, people=5)
    events: list[Any] = world.stream()
    register = Register([None, *events, None, None])
    for position, event in enumerate(register.events, 1):
        if event is not None:
            event["position"] = position
    async with running(accounting, register.source()):
        await read_to(accounting, len(register.events))
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE position = $1)", len(register.events))
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(events)
    await hold_true(accounting, world)


def broken(good: Event) -> list[Any]:
    """Events that nobody can understand, each in its own way."""
    return [
        "not an event",
        good | {"type": "kz.kosh.portal.border_crossing.v9"},
        good | {"subject": None},
        good | {"recordversion": "2"},
        good | {"recordwithdrawn": 1},
        good | {"data": None},
        good | {"data": good["data"] | {"direction": "sideways"}},
        good | {"data": good["data"] | {"crossed_at": "2026-03-01T10:15:00"}},
        good | {"data": good["data"] | {"crossed_at": "1950-03-01T10:15:00Z"}},
        good | {"data": good["data"] | {"crossed_at": "2140-09-01T00:00:00+05:00"}},
        good | {"data": good["data"] | {"person": good["data"]["person"] | {"birth_date": "1990-02-31"}}},
    ]


async def test_poison_is_parked_with_a_reason_and_the_rest_is_counted(
    accounting: Accounting, parse_below: float
) -> None:
    world = World(13, people=10)
    events = world.stream()
    bad = broken(next(each for each in events if each["type"] == BorderCrossing.TYPE) | {"recordversion": 7})
    mixed = [*events[:50], *bad, *events[50:]]
    register = Register([each | {"position": n} if isinstance(each, dict) else each for n, each in enumerate(mixed, 1)])
    async with running(accounting, register.source(parse_below)):
        await read_to(accounting, len(register.events))
    await hold_true(accounting, world)
    parked = await accounting.connection.fetch("SELECT position, reason, digest, event FROM parked_event ORDER BY id")
    assert [row["position"] for row in parked] == list(range(51, 51 + len(bad)))
    lying = [orjson.dumps(register.events[row["position"] - 1]) for row in parked[1:]]
    assert [row["digest"] for row in parked[1:]] == [sha256(each).digest() for each in lying]
    assert {row["event"] for row in parked} == {None}
    names = [each["data"]["person"]["surname"] for each in events if "person" in each["data"]]
    assert not any(name in row["reason"] for row in parked for name in names)
    assert [row["reason"] for row in parked][:5] == [
        "not a CloudEvent in JSON",
        "unknown type or version",
        "no subject",
        "recordversion is not a positive integer",
        "recordwithdrawn is not true or false",
    ]


async def test_parked_events_are_taken_up_when_they_are_sent_again(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(14, people=10)
    register = Register(world.stream())
    monkeypatch.setattr("services.accounting.intake.decode.BorderCrossing", type("Unknown", (), {"TYPE": "none"}))
    async with running(accounting, register.source()):
        await until(accounting, "EXISTS (SELECT FROM source_state WHERE stopped LIKE '% could not be understood')")
        monkeypatch.undo()
        monkeypatch.setattr(intake, "HOUSEKEEPING", 0.05)
        engine = make_engine(accounting.database.intake_url)
        assert (await resend(engine, None)).resent > 0
        await engine.dispose()
        await read_to(accounting, len(register.events))
    assert await accounting.connection.fetchval("SELECT count(*) FROM parked_event") == 0
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(register.events)
    await hold_true(accounting, world)


async def test_an_event_that_the_database_refuses_does_not_block_the_others(
    accounting: Accounting, parse_below: float
) -> None:
    world = World(15, people=10)
    register = Register(world.stream())
    owner = await asyncpg.connect(accounting.database.owner_url.replace("+asyncpg", ""))
    await owner.execute("ALTER TABLE linkage.crossing ADD CONSTRAINT no_tens CHECK (source_id NOT LIKE '%10')")
    await owner.close()
    async with running(accounting, register.source(parse_below)):
        await read_to(accounting, len(register.events))
    reasons = await accounting.connection.fetch("SELECT DISTINCT reason FROM parked_event")
    assert [row[0] for row in reasons] == ["cannot be counted: CheckViolationError"]
    refused = [s for s, versions in world.records.items() if versions[0].data.get("source_id", "").endswith("10")
               and versions[0].type == BorderCrossing.TYPE]  # fmt: skip
    for subject in refused:
        del world.records[subject]
    await hold_true(accounting, world)


async def test_an_unreachable_feed_is_tried_again(accounting: Accounting) -> None:
    world = World(16, people=5)
    register = Register(world.stream())
    register.failing = True
    async with running(accounting, register.source()):
        await asyncio.sleep(0.2)
        assert await accounting.connection.fetchval("SELECT count(*) FROM linkage.crossing") == 0
        register.failing = False
        await read_to(accounting, len(register.events))
    await hold_true(accounting, world)
