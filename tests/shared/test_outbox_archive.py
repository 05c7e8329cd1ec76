"""What is archived of an outbox is read as before, by whoever begins anywhere, also while it is being moved."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.app import make_app
from shared import outbox
from shared.command import main
from shared.db.engine import make_engine
from shared.events.envelope import Event
from shared.outbox.archive import PAGE as ARCHIVED
from shared.outbox.archive import WHOLE
from shared.outbox.table import IN_COMMIT_ORDER, outbox_table
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase

TYPES = [f"kz.kosh.portal.{name}.v1" for name in ("border_crossing", "visa", "entry_ban")]
EVENTS = 300
PAGE = 40
KEEP = 25

Read = list[tuple[int, Event]]


@pytest.fixture
async def owner(empty_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await empty_database("portal")
    engine = make_engine(database.owner_url)
    metadata = MetaData()
    outbox_table(metadata)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in (*IN_COMMIT_ORDER, *WHOLE):
            await connection.execute(text(statement))
    for number in range(0, EVENTS, 6):
        async with engine.connect() as connection:
            await outbox.append(connection, [event(number + each) for each in range(6)])
            if number % 5:  # every fifth transaction leaves a gap in the positions
                await connection.commit()
    yield engine
    await engine.dispose()


def event(number: int) -> Event:
    at = datetime(2026, 3, 1, number % 24, tzinfo=UTC)
    said = f'{{"a":  "\\u0000", "n": {number}}}'  # as written: two spaces, and what PostgreSQL's jsonb refuses
    trace = f"00-{number:032x}-{number:016x}-01" if number % 2 else None
    return Event(TYPES[number % 3], f"record-{number // 4}", number % 4 + 1, at, said, number % 7 == 0, trace)


async def looked_through(engine: AsyncEngine, after: int, limit: int, types: Sequence[str]) -> Read:
    """Everything from `after` on, as a consumer reads it."""
    found: Read = []
    while True:
        async with engine.connect() as connection:
            events, reached = await outbox.look_through(connection, after, limit, types)
        found += events
        if reached == after:
            return found
        assert after < reached
        after = reached


async def whole(engine: AsyncEngine) -> Read:
    async with engine.connect() as connection:
        return await outbox.read_after(connection, 0, 10 * EVENTS)


async def test_a_reader_finds_the_same_before_and_after(owner: AsyncEngine) -> None:
    before = await whole(owner)
    async with owner.connect() as connection:
        newest = await outbox.newest(connection)
    moved = await outbox.archive(owner, KEEP, PAGE)
    assert (moved % PAGE, moved > EVENTS // 2) == (0, True)
    async with owner.connect() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM outbox"))
        assert await outbox.newest(connection) == newest
    assert rows == len(before) - moved
    assert newest - before[moved - 1][0] >= KEEP
    assert await whole(owner) == before
    await _any_beginning_finds_what_follows(owner, before)
    assert await outbox.archive(owner, KEEP, PAGE) == 0


async def _any_beginning_finds_what_follows(owner: AsyncEngine, before: Read) -> None:
    newest = before[-1][0]
    for after in range(0, newest + 1, 17):
        for limit, types in ((7, TYPES[:1]), (EVENTS, TYPES), (PAGE, TYPES[1:])):
            expected = [(at, each) for at, each in before if at > after and each.type in types]
            assert await looked_through(owner, after, limit, types) == expected
    assert await looked_through(owner, 0, 10, ["kz.kosh.portal.no_such.v1"]) == []


async def test_who_reads_while_it_is_moved_misses_nothing_and_reads_nothing_twice(owner: AsyncEngine) -> None:
    before = await whole(owner)
    moving = asyncio.create_task(outbox.archive(owner, 1, 1))  # many moves: several readings fall between them
    read = 0
    while not moving.done():
        assert await looked_through(owner, 0, 11, TYPES) == before
        assert await whole(owner) == before
        read += 1
    assert await moving > EVENTS // 2
    assert read > 1


async def test_two_that_archive_at_once_move_each_event_once(owner: AsyncEngine) -> None:
    before = await whole(owner)
    moved = await asyncio.gather(*(outbox.archive(owner, KEEP, 3) for _ in range(3)))
    assert sum(moved) <= len(before)
    await outbox.archive(owner, KEEP, 3)
    assert await whole(owner) == before


async def test_the_feed_answers_the_same_bytes(start_api: StartApi) -> None:
    """From every position, and for every event that a reader names as its last."""
    portal = await start_api("portal", make_app)
    for _ in range(8):
        answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
        assert answer.status_code == 201
    before = await feed(portal)
    owner = make_engine(portal.database.owner_url)
    try:
        assert await outbox.archive(owner, 2, 3) == 6
    finally:
        await owner.dispose()
    portal.app.state.told_events.clear()  # as a replica that has just started
    assert await feed(portal) == before
    assert (await portal.client.get("/v1/events/newest", headers=portal.consumer("accounting"))).json()["position"] == 8


async def test_the_command_is_the_owners(
    start_api: StartApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = await start_api("portal", make_app)
    async with portal.engine.begin() as connection:
        await outbox.append(connection, [event(number) for number in range(ARCHIVED + 5)])
    monkeypatch.setenv("KOSH_OUTBOX_ROWS", "5")
    await asyncio.to_thread(main, "portal", make_app, ["archive-outbox"])
    assert capsys.readouterr().out == f"portal: {ARCHIVED} events moved into the archive of the outbox\n"
    monkeypatch.delenv("KOSH_PORTAL_OWNER_DATABASE_URL")
    with pytest.raises(SystemExit, match="set KOSH_PORTAL_OWNER_DATABASE_URL"):
        await asyncio.to_thread(main, "portal", make_app, ["archive-outbox"])


async def feed(portal: Api) -> list[bytes]:
    """What is told after each event, by its position and by its id: the answers of a consumer that reads to the end."""
    ways: list[dict[str, str | int]] = [{"after": 0}]
    for each in await portal.events():
        ways += [{"after": each["position"]}, {"lastEventId": each["id"]}]
    return [await read_to_the_end(portal, way) for way in ways]


async def read_to_the_end(portal: Api, way: dict[str, str | int]) -> bytes:
    told: list[bytes] = []
    while True:
        answer = await portal.client.get("/v1/events", params=way, headers=portal.consumer("accounting"))
        assert answer.status_code == 200, answer.text
        if answer.content == b"[]":
            return b",".join(told)
        told.append(answer.content[1:-1])
        way = {"after": answer.headers["Kosh-Position"]}
